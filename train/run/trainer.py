"""The training loop: compute, sum the gradients, update; at the end of an epoch validate and save.

What is minimized is an `Objective` (`train/objectives/objective.py`). Every worker runs this same
loop; it knows of the others only what a `Communicator` offers (`train/workers/communicator.py`).
"""

from __future__ import annotations

import dataclasses
import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import cast

import numpy as np

from glassnet.errors import UserError
from glassnet.models import Checkpoint, Network, save_checkpoint
from glassnet.nn import Array, Layer, Optimizer
from glassnet.train.objectives.objective import Objective
from glassnet.train.options import TrainingOptions
from glassnet.train.run.files import BEST, LAST
from glassnet.train.run.interrupts import Interrupts
from glassnet.train.run.log import CSVLog
from glassnet.train.run.position import Position
from glassnet.train.run.progress import Progress, why_stopped
from glassnet.train.run.updates import Updates
from glassnet.train.workers.communicator import Communicator, SingleProcess
from glassnet.train.workers.threads import one_thread

__all__ = ["Callback", "DivergedError", "Trainer"]

Callback = Callable[[dict[str, float]], object]
"""A function of the measures of an epoch that has ended; true if training is to stop."""

_SECONDS_BETWEEN_SAVES = 300.0


class DivergedError(UserError):
    """The loss, a gradient or a weight is no longer a finite number.

    Examples
    --------
    >>> from glassnet.errors import UserError
    >>> from glassnet.train import DivergedError
    >>> issubclass(DivergedError, UserError)
    True
    """


class Trainer:
    """Trains a network, writes `log.csv`, `last.npz` and `best.npz`, and goes on from a checkpoint.

    Parameters
    ----------
    network : Layer or Network
        An initialized network. To be saved, its classes must be known to files; see `register`.
    objective : Objective
        What is minimized: it belongs to this network.
    options : TrainingOptions
        All options of the run.
    generator : numpy.random.Generator
        The randomness that the objective uses; its state is saved.
    communicator : Communicator, optional
        The exchange with the other workers; without it this process works alone.
    folder : Path, optional
        Where `last.npz` and `best.npz` go; without it nothing is saved.
    log : Path, optional
        Path of the CSV log; without it there is none.
    recipe : str, default ""
        Name of the recipe, which checkpoints hold.
    fingerprint : str, default ""
        Of the data, saved to make sure that a resumed run reads the same.
    quiet : bool, default False
        Print nothing.
    optimizer : Optimizer, optional
        What to make updates with, from its state at the start; without it, what the options name.
    callback : Callback, optional
        Called on the first worker after each epoch, while the network has the weights that were
        validated.
    measures : tuple[str, ...], default ()
        Names of what validation measures beside the loss, for the log.
    keep_best : bool, default False
        Whether to keep the weights of the best epoch, as `best`.

    Raises
    ------
    StructureError
        If the network is to be saved and can't be described.

    Attributes
    ----------
    history : list[dict[str, float]]
        The losses of each epoch that has ended.
    finished : bool
        False once Ctrl-C or the callback ended a run.
    best : dict[str, Array] or None
        The arrays of the best epoch of those that were run here, if they are kept.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.models import SimpleAutoencoder, load_digits
    >>> from glassnet.nn import sigmoid_binary_cross_entropy
    >>> from glassnet.train import Trainer, TrainingOptions
    >>> from glassnet.train.objectives import BatchObjective
    >>> images, _ = load_digits()
    >>> generator = np.random.default_rng(1)
    >>> network = SimpleAutoencoder(code=8).initialize(generator)
    >>> objective = BatchObjective(
    ...     network, sigmoid_binary_cross_entropy, training=(images[:100], images[:100]), batch=20,
    ...     generator=generator,
    ... )
    >>> options = TrainingOptions(epochs=3, optimizer="adam")
    >>> trainer = Trainer(network, objective, options, generator=generator, quiet=True)
    >>> trainer.run()  # to the end
    True
    >>> losses = [epoch["training_loss"] for epoch in trainer.history]
    >>> losses[0] > losses[1] > losses[2]
    True
    """

    def __init__(
        self,
        network: Layer | Network,
        objective: Objective,
        options: TrainingOptions,
        *,
        generator: np.random.Generator,
        communicator: Communicator | None = None,
        folder: Path | None = None,
        log: Path | None = None,
        recipe: str = "",
        fingerprint: str = "",
        quiet: bool = False,
        optimizer: Optimizer | None = None,
        callback: Callback | None = None,
        measures: tuple[str, ...] = (),
        keep_best: bool = False,
    ) -> None:
        if folder is not None:
            Checkpoint.of(network)  # rather now than after an epoch
        communicator = communicator or SingleProcess()
        self._network, self._objective, self._options = network, objective, options
        self._generator, self._communicator = generator, communicator
        self._folder, self._log_path, self._quiet = folder, log, quiet or communicator.rank > 0
        self._recipe, self._fingerprint = recipe, fingerprint
        self._first = communicator.rank == 0
        self._position = Position()
        self._updates = Updates(network, options, communicator, optimizer)
        self._callback, self._measures, self._keep_best = callback, measures, keep_best
        self.finished = True
        self.best: dict[str, Array] | None = None
        self._interrupts = Interrupts()
        self._stop = self._save_is_due = False

    @property
    def history(self) -> list[dict[str, float]]:
        return self._position.history

    # -- stopping and going on ---------------------------------------------------------------

    def resume(self, checkpoint: Checkpoint) -> None:
        """Go on from a checkpoint, whose weights the network has already.

        Parameters
        ----------
        checkpoint : Checkpoint
            That of a run with the same options.
        """
        progress = checkpoint.progress
        self._generator.bit_generator.state = cast(dict[str, object], progress["random"])
        self._position = Position.of(progress, checkpoint.history)
        self._updates.frozen = cast(list[str], progress.get("frozen", self._updates.frozen))
        self._updates.restore(checkpoint.training, cast(int, progress["optimizer_steps"]))
        prefix = "state/"
        self._objective.restore(
            {
                name.removeprefix(prefix): array
                for name, array in checkpoint.training.items()
                if name.startswith(prefix)
            }
        )

    def _checkpoint(self) -> Checkpoint:
        """Return all that resuming needs. Every worker has to call this; the first one saves."""
        if not np.isfinite(self._network.theta).all():
            raise self._diverged("a weight")
        training = {f"state/{name}": rows for name, rows in self._objective.state().items()}
        training |= self._updates.vectors()
        return dataclasses.replace(
            Checkpoint.of(self._network),
            recipe=self._recipe,
            options=self._options.header(),
            history=self._position.history,
            progress={
                **self._position.progress(),
                "optimizer_steps": self._updates.steps,
                "random": self._generator.bit_generator.state,
                "frozen": list(self._updates.frozen),
                "fingerprint": self._fingerprint,
            },
            training=training,
        )

    def _save_last(self) -> None:
        if self._folder is not None:
            checkpoint = self._checkpoint()
            if self._first:
                save_checkpoint(self._folder / LAST, checkpoint)
        self._saved = time.monotonic()

    def _save_best(self) -> None:
        if self._keep_best:
            self.best = {name: value.copy() for name, value in self._network.arrays.items()}
        if self._folder is not None:
            checkpoint = self._checkpoint()
            checkpoint.training, checkpoint.progress = {}, {}
            if self._first:
                save_checkpoint(self._folder / BEST, checkpoint)

    # -- the loop ----------------------------------------------------------------------------

    def run(self, steps: int | None = None) -> bool:
        """Train to the end, or for some updates.

        Parameters
        ----------
        steps : int, optional
            Updates after which to stop.

        Returns
        -------
        bool
            False if Ctrl-C or the callback ended it.

        Raises
        ------
        DivergedError
            If the loss, a gradient or a weight is not finite; nothing of it is saved.
        CheckpointError
            If a checkpoint can't be written.
        LogError, OSError
            If the log can't be written.
        """
        objective, position = self._objective, self._position
        per_epoch, epochs = objective.steps_per_epoch, self._options.epochs
        begin, end = position.step, epochs * per_epoch
        last = end if steps is None else min(end, begin + steps)
        log = CSVLog(
            self._log_path if self._first else None, after=position.step, measures=self._measures
        )
        progress = Progress(
            per_epoch, epochs, objective.items_per_step, objective.unit, self._quiet
        )
        self._saved = time.monotonic()
        try:
            with self._interrupts.caught():
                while position.step < last and not self._stop and not self._out_of_patience():
                    self._run_epoch(
                        min(last, (position.step // per_epoch + 1) * per_epoch), log, progress
                    )
                self._save_last()
                if position.step == begin or position.step < end:
                    patience = self._out_of_patience()
                    saved = None if self._folder is None else self._folder / LAST
                    progress.say(why_stopped(position, per_epoch, self._options, patience, saved))
        finally:
            progress.close()
            log.close()
        self.finished = not self._stop
        return self.finished

    def _run_epoch(self, last: int, log: CSVLog, progress: Progress) -> None:
        """Train up to update `last` of this epoch, and validate if that is its end."""
        position = self._position
        per_epoch = self._objective.steps_per_epoch
        epoch, step = divmod(position.step, per_epoch)
        began = time.monotonic() - position.epoch_seconds
        if step == 0:
            position.epoch_loss = 0.0
            if self._objective.start_epoch():
                self._updates.restart()
                position.best_loss, position.epochs_since_best = math.inf, 0
        progress.start_epoch(epoch + 1, step)
        while position.step < last and not self._stop:
            loss, norm = self._update(position.step - epoch * per_epoch)
            position.step += 1
            position.epoch_loss += loss
            step = position.step - epoch * per_epoch
            log.write(
                event="step",
                epoch=epoch + 1,
                step=position.step,
                training_loss=loss,
                learning_rate=self._updates.learning_rate,
                gradient_norm=norm,
            )
            progress.step(step, position.epoch_loss / step)
            position.epoch_seconds = time.monotonic() - began
            if self._save_is_due and step < per_epoch:  # the end of the epoch saves
                self._save_last()
        if step == per_epoch:
            self._end_epoch(epoch + 1, began, log, progress)
        progress.close()

    def _update(self, step: int) -> tuple[float, float]:
        """Make one update; return the loss and the norm of the gradients before clipping."""
        network, communicator = self._network, self._communicator
        network.grad[...] = 0
        loss = self._objective.compute(step)
        communicator.reduce_scatter(network.grad)
        loss += self._updates.penalize()
        gradient = network.grad[self._updates.own]
        # A signal, or the time to save, comes to each process at a moment of its own: they agree
        # on the update after which to do it.
        due = self._first and time.monotonic() - self._saved > _SECONDS_BETWEEN_SAVES
        sums = communicator.all_reduce(
            np.array([loss, gradient @ gradient, self._interrupts.stop_asked_for, due], np.float64)
        )
        loss, norm = float(sums[0]), math.sqrt(sums[1])
        self._stop, self._save_is_due = bool(sums[2]), bool(sums[3])
        if not (math.isfinite(loss) and math.isfinite(norm)):
            raise self._diverged("the gradient" if math.isfinite(loss) else "the loss")
        per_epoch = self._objective.steps_per_epoch
        self._updates.apply(
            norm=norm,
            step=self._position.step,
            steps=self._options.epochs * per_epoch,
            steps_per_epoch=per_epoch,
        )
        return loss, norm

    def _end_epoch(self, epoch: int, began: float, log: CSVLog, progress: Progress) -> None:
        position = self._position
        training_loss = position.epoch_loss / self._objective.steps_per_epoch
        with self._updates.averaged_weights():
            measures = self._validate()
            position.epoch_seconds = time.monotonic() - began
            entry = {"epoch": epoch, "training_loss": training_loss, **measures}
            entry["seconds"] = round(position.epoch_seconds, 1)
            position.history.append(entry)
            progress.end_epoch(entry)
            log.write(
                event="epoch",
                epoch=epoch,
                step=position.step,
                training_loss=training_loss,
                **measures,
            )
            judged = measures.get("validation_loss", training_loss)
            position.epochs_since_best += 1
            position.epoch_seconds = 0.0
            if judged < position.best_loss:
                position.best_loss, position.epochs_since_best = judged, 0
                self._save_best()
            stop = bool(self._first and self._callback and self._callback(dict(entry)))
        self._save_last()
        self._stop |= bool(self._communicator.all_reduce(np.array([stop], np.float64))[0])

    def _validate(self) -> dict[str, float]:
        """Validate on the first worker; the others learn the loss, by which all judge an epoch."""
        measures: dict[str, float] = {}
        if self._first:
            with one_thread():
                measures = self._objective.validate()
        name = "validation_loss"
        # (is there such a measure?, its value); the other workers add zeros.
        values = np.array([name in measures, measures.get(name, 0.0)], np.float64)
        there, loss = self._communicator.all_reduce(values)
        return measures if self._first or not there else {name: float(loss)}

    def _out_of_patience(self) -> bool:
        patience = self._options.patience
        return 0 < patience <= self._position.epochs_since_best and self._objective.in_last_stage

    def _diverged(self, what: str) -> DivergedError:
        spelled, rate = self._options.spelled, self._options.learning_rate
        return DivergedError(
            f"{what} is no longer finite after update {self._position.step}: try a lower "
            f"{spelled('learning_rate')} than {rate:g}, or {spelled('clip', 1)}"
        )
