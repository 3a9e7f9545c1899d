"""One run of training: what every worker needs to know of it, and how it takes part."""

from __future__ import annotations

import contextlib
import dataclasses
import sys
import textwrap
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from glassnet.errors import UsageError
from glassnet.models import Checkpoint, CheckpointError, Network, VocabularyError
from glassnet.nn import Optimizer
from glassnet.train.data.download import DataError
from glassnet.train.experiments.experiment import Experiment
from glassnet.train.objectives.split import CorpusError
from glassnet.train.options import TrainingOptions
from glassnet.train.recipes import RECIPES, load_recipes
from glassnet.train.run.files import prepare_files, sole_run_in
from glassnet.train.run.trainer import Callback, Trainer
from glassnet.train.workers.communicator import Communicator
from glassnet.train.workers.threads import limit_threads

__all__ = ["LoadedRun", "Run", "load_run"]

_MOST_PARAMETERS = 10**10  # 40 GB in float32, and training takes several times as much


@dataclass(frozen=True)
class Run:
    """What every worker needs to know to take part in a run; it travels to spawned processes.

    Attributes
    ----------
    recipe : str
        Name of the recipe.
    options : TrainingOptions
        Its options, as changed for this run.
    folder : Path or None
        Where `last.npz` and `best.npz` go; None saves nothing.
    log : Path or None
        Path of the CSV log; None writes none.
    fallback : bool, default False
        Whether other data may take the place of the recipe's own if that can't be had.
    steps : int, optional
        Updates after which to stop.
    start : Checkpoint, optional
        The checkpoint to start from.
    resumed : Path, optional
        Path of `start` if its training goes on; without it only its weights are taken.
    optimizer : Optimizer, optional
        What to make updates with; without it, what the options name.
    quiet : bool, default False
        Print nothing.
    keep_best : bool, default False
        Whether the trainer keeps the weights of the best epoch.
    recipes : Path, optional
        The user's own file that has the recipe, if it is not one of glassnet's.

    Examples
    --------
    >>> from pathlib import Path
    >>> from glassnet.train import RECIPES
    >>> from glassnet.train.run.run import Run
    >>> options = RECIPES["shakespeare"].options
    >>> Run("shakespeare", options, Path("run"), Path("run/log.csv")).fallback
    False
    """

    recipe: str
    options: TrainingOptions
    folder: Path | None
    log: Path | None
    fallback: bool = False
    steps: int | None = None
    start: Checkpoint | None = None
    resumed: Path | None = None
    optimizer: Optimizer | None = None
    quiet: bool = False
    keep_best: bool = False
    recipes: Path | None = None


@dataclass(frozen=True)
class LoadedRun:
    """A run whose data is loaded, and its network.

    Attributes
    ----------
    run : Run
        The run; its options name the data that was loaded.
    experiment : Experiment
        The data, and what is made of it.
    network : Network
        The network. If it is initialized already, it is trained on from the weights it has.

    Examples
    --------
    >>> from pathlib import Path
    >>> from glassnet.train.experiments import LSTMOptions
    >>> from glassnet.train.run.run import Run, load_run
    >>> _ = Path("novel.txt").write_text("It was a dark and stormy night. " * 10)
    >>> options = LSTMOptions(data="novel.txt", units=8)
    >>> loaded = load_run(Run("shakespeare", options, Path("run"), Path("run/log.csv")))
    >>> isinstance(loaded, LoadedRun), loaded.experiment.summary
    (True, '320 characters of novel.txt')
    """

    run: Run
    experiment: Experiment
    network: Network

    def train(self, communicator: Communicator, callback: Callback | None = None) -> Trainer:
        """Train the network; every worker calls this.

        Parameters
        ----------
        communicator : Communicator
            The exchange with the other workers.
        callback : Callback, optional
            What the first worker calls after each epoch.

        Returns
        -------
        Trainer
            The trainer when it has ended; its `finished` is False if Ctrl-C ended it.

        Raises
        ------
        VocabularyError
            If the text holds a character that the network does not know.
        CorpusError
            If the text is too short.
        """
        run, network = self.run, self.network
        weights_random, training_random = np.random.default_rng(run.options.seed).spawn(2)
        if not hasattr(network, "theta"):
            network.initialize(weights_random, run.options.dtype)
        if run.start is not None:
            run.start.copy_weights(network)
        communicator.broadcast(network)
        limit_threads(network, communicator.local_size)
        try:
            objective = self.experiment.objective(
                network, generator=training_random, communicator=communicator
            )
        except (CorpusError, VocabularyError) as error:
            raise type(error)(f"{run.options.data}: {error}") from None
        trainer = Trainer(
            network,
            objective,
            run.options,
            generator=training_random,
            communicator=communicator,
            folder=run.folder,
            log=run.log,
            recipe=run.recipe,
            fingerprint=self.experiment.fingerprint,
            quiet=run.quiet,
            optimizer=run.optimizer,
            callback=callback,
            measures=self.experiment.measures,
            keep_best=run.keep_best,
        )
        if run.start is not None and run.resumed:
            trainer.resume(run.start)
        with contextlib.ExitStack() as stack:
            if not communicator.rank:
                if run.folder is not None and run.log is not None:
                    stack.enter_context(sole_run_in(run.folder))
                    prepare_files(run.folder, run.log, run.resumed)
                if not run.quiet:
                    self._print_sizes(objective.steps_per_epoch, communicator.size)
            trainer.run(run.steps)
        return trainer

    def _print_sizes(self, steps_per_epoch: int, workers: int) -> None:
        network = self.network
        parts = (
            f"{self.run.recipe or network.kind}: {network.theta.size:,} parameters",
            self.experiment.summary,
            f"{steps_per_epoch} updates an epoch",
            f"{workers} worker{'s' if workers > 1 else ''}",
        )
        print(_in_80_columns(*parts), file=sys.stderr)


def _in_80_columns(*parts: str) -> str:
    """Return the parts with commas between, on lines that break at those or within a long part."""
    kept = "\N{NO-BREAK SPACE}"  # where textwrap does not break
    line = ", ".join(part if len(part) > 40 else part.replace(" ", kept) for part in parts)
    lines = textwrap.fill(line, 79, break_long_words=False, break_on_hyphens=False)
    return lines.replace(kept, " ")


def load_run(run: Run) -> LoadedRun:
    """Load the data of a run and make its network.

    Parameters
    ----------
    run : Run
        The run.

    Returns
    -------
    LoadedRun
        It names the data that was loaded, which may have taken the place of the recipe's own.

    Raises
    ------
    ModuleError
        If the recipe is in a file that can't be run.
    DataError
        If the data can't be had.
    CheckpointError
        If a resumed run was trained on other data.
    UsageError
        If the network is too large for any machine.

    Examples
    --------
    >>> from pathlib import Path
    >>> from glassnet.train.experiments import LSTMOptions
    >>> from glassnet.train.run.run import Run, load_run
    >>> _ = Path("novel.txt").write_text("It was a dark and stormy night. " * 10)
    >>> options = LSTMOptions(data="novel.txt", units=8)
    >>> run = Run("shakespeare", options, Path("run"), Path("run/log.csv"))
    >>> load_run(run).network.parameter_count
    1529
    """
    if run.recipes is not None:  # a worker has not read it yet
        load_recipes(run.recipes)
    try:
        experiment = RECIPES[run.recipe].load(run.options, fallback=run.fallback)
    except DataError as error:
        if run.resumed is None:
            raise
        raise DataError(f"{error}; if it lies elsewhere now, --data says where") from error
    if run.resumed and run.start and run.start.progress["fingerprint"] != experiment.fingerprint:
        raise CheckpointError(
            f"the checkpoint was trained on other data than {run.options.data} holds now"
        )
    network = experiment.network(run.start)
    if network.parameter_count > _MOST_PARAMETERS:
        raise UsageError(
            f"these options make a network of {network.parameter_count:,} parameters: "
            "that is too large"
        )
    # The other workers are to load the same.
    options = dataclasses.replace(run.options, data=experiment.data)
    return LoadedRun(dataclasses.replace(run, options=options, fallback=False), experiment, network)
