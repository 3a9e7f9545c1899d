"""The command line of training: `python _training.py [RECIPE] [options]`."""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from glassnet.errors import UsageError
from glassnet.models import Checkpoint, CheckpointError, VocabularyError, load_checkpoint
from glassnet.train.command.options import OPTIONS
from glassnet.train.data.datasets import DataError
from glassnet.train.evaluation import evaluation
from glassnet.train.experiments.characters import JOBS, Job
from glassnet.train.objectives.streams import CorpusError
from glassnet.train.recipes import DEFAULT_RECIPE, RECIPES
from glassnet.train.run.files import LAST, LOG, FolderError, prepare_files, sole_run_in
from glassnet.train.run.log import LogError
from glassnet.train.run.trainer import DivergedError, Trainer
from glassnet.train.workers.communicator import Communicator, SingleProcess
from glassnet.train.workers.mpi import MPI, launched_ranks
from glassnet.train.workers.processes import WorkerError, start_workers
from glassnet.train.workers.threads import share_threads, suitable_workers


@dataclass
class Run:
    """All that a worker needs to know to take part in a run.

    Attributes
    ----------
    recipe : name of the recipe.
    options : every option of the recipe, by name.
    data_asked_for : the data was named by the user, or is that of a resumed run: no other data
        may take its place.
    save : folder for `last.npz` and `best.npz`.
    log : path of the CSV log.
    steps : updates after which to stop, or None.
    start : the checkpoint to start from, or None.
    resumed : path of `start` if its training goes on, None if only its weights are taken.
    """

    recipe: str
    options: dict[str, Any]
    data_asked_for: bool
    save: Path
    log: Path
    steps: int | None
    start: Checkpoint | None
    resumed: Path | None


_ERRORS = (
    DataError,
    CheckpointError,
    VocabularyError,
    CorpusError,
    DivergedError,
    FolderError,
    LogError,
    WorkerError,
)
_USAGE = "%(prog)s [RECIPE] [options]"
_MOST_PARAMETERS = 10**10  # 40 GB in float32, and training takes several times as much


def main(arguments: list[str] | None = None) -> int:
    """Train; return the exit status: 0, 1 for an error, 2 for wrong options, 130 after Ctrl-C."""
    arguments = sys.argv[1:] if arguments is None else arguments
    try:
        finished = _main_under_mpi(arguments) if launched_ranks() > 1 else _main(arguments)
        return 0 if finished else 130
    except _ERRORS as error:
        print(f"glassnet-train: {error}", file=sys.stderr)
        return 1
    except MemoryError as error:
        print(f"glassnet-train: out of memory: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        print(f"glassnet-train: {where}{error.strerror or error}", file=sys.stderr)
        return 1
    except UsageError as error:
        print(f"glassnet-train: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("glassnet-train: interrupted", file=sys.stderr)
        return 130


def _main(arguments: list[str]) -> bool:
    run = parse(arguments)
    return run is None or _train_with_workers(run)


def _main_under_mpi(arguments: list[str]) -> bool:
    try:
        communicator = MPI()
    except (ImportError, RuntimeError) as error:
        raise WorkerError(f'MPI needs mpi4py: pip install "glassnet[mpi]" ({error})') from None
    problem: Exception | None = None
    try:
        run = parse(arguments, communicator.rank)
        job = _load(run) if run is not None else None
    except Exception as error:
        problem = error
    # All begin or none does: a rank that can't (its machine lacks a file) ends all in order.
    if communicator.all_reduce(np.array([problem is not None], np.float64))[0]:
        raise problem or WorkerError(f"rank {communicator.rank} ends, for another could not begin")
    if run is None or job is None:
        return True
    try:
        return _train(run, job, communicator)
    except Exception as error:
        # The other ranks wait for this one and would do so forever.
        print(f"glassnet-train: rank {communicator.rank}: {error}", file=sys.stderr, flush=True)
        communicator.abort()
        raise


# -- the command line ---------------------------------------------------------------------------


def parse(arguments: list[str], rank: int | None = None) -> Run | None:
    """Return the run that the command line asks for; None if it asked for something else.

    Parameters
    ----------
    arguments : the words after the program's name.
    rank : of this process among those that mpiexec started, of which the first prints.
    """
    # Which options there are depends on the recipe, so it is looked for first.
    known = _recipe_in(arguments)
    given = vars(_parser(known).parse_args(arguments))
    if rank and (given["list"] or given["evaluate"]):
        return None
    if given["list"]:
        width = max(map(len, RECIPES))
        for name, recipe in RECIPES.items():
            print(f"{name:{width}}  {recipe.description}")
        return None
    if given["evaluate"]:
        fitting = ("evaluate", "data", "validation", "list")
        for name, value in given.items():
            if value is not None and name not in fitting:
                option = name if name == "recipe" else f"--{name.replace('_', '-')}"
                raise UsageError(f"--evaluate goes with --data and --validation only, not {option}")
        print(evaluation(Path(given["evaluate"]), given.get("data"), given.get("validation")))
        return None
    recipe_name = given["recipe"] or DEFAULT_RECIPE
    if recipe_name not in RECIPES:
        raise UsageError(f"there is no recipe {recipe_name!r}; there is {', '.join(RECIPES)}")
    explicit = {
        name: given[name.replace("-", "_")]
        for name in RECIPES[known].options
        if name.replace("-", "_") in given
    }
    if rank is not None and explicit.get("workers"):
        raise UsageError("--workers shares one machine; under mpiexec its -n says how many train")
    save = Path(given["save"] or Path("saves") / recipe_name)
    start, resumed, options = None, None, RECIPES[recipe_name].options | explicit
    if given["resume"] is not None:
        if given["init_from"]:
            raise UsageError("--resume and --init-from exclude each other")
        resumed = Path(given["resume"] or save / LAST)
        start = load_checkpoint(resumed)
        options = _resumed_options(resumed, start, explicit, given["recipe"])
        recipe_name = start.recipe
        if not given["save"]:
            save = resumed.parent
    elif given["init_from"]:
        start = load_checkpoint(given["init_from"])
        options |= _structure_of(given["init_from"], start, explicit, recipe_name)
    if options.get("k2", 1) < options.get("k1", 1):
        raise UsageError(f"--k2 ({options['k2']}) must be at least --k1 ({options['k1']})")
    if 2 * options.get("pretraining", 0) >= options["epochs"]:
        raise UsageError(
            f"--epochs ({options['epochs']}) must be above twice --pretraining "
            f"({options['pretraining']}), as two layers are pre-trained"
        )
    if options.get("pretraining") and options["weight-decay"]:
        raise UsageError(
            "--weight-decay goes with --pretraining 0 only: it would shrink layers while others "
            "are pre-trained"
        )
    return Run(
        recipe=recipe_name,
        options=options,
        data_asked_for="data" in explicit or resumed is not None,
        save=save,
        log=Path(given["log"] or save / LOG),
        steps=given["steps"],
        start=start,
        resumed=resumed,
    )


def _recipe_in(arguments: list[str]) -> str:
    """Return the recipe that the command line names, or that of the run it resumes."""
    parser = argparse.ArgumentParser(
        prog="glassnet-train", usage=_USAGE, add_help=False, allow_abbrev=False
    )
    parser.add_argument("recipe", nargs="?")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--resume", nargs="?", const="")
    for name in (*OPTIONS, "steps", "save", "log", "evaluate", "init-from"):
        parser.add_argument(f"--{name}")  # takes a value, which is then no recipe
    given, _ = parser.parse_known_args(arguments)
    recipe = given.recipe or DEFAULT_RECIPE
    if given.resume is not None and not (given.recipe or given.init_from or given.evaluate):
        if given.resume in RECIPES and not Path(given.resume).exists():
            raise UsageError(
                f"there is no file {given.resume!r}; {given.resume} --resume goes on with the last "
                "run of that recipe"
            )
        folder = Path(given.save or Path("saves") / recipe)
        recipe = load_checkpoint(given.resume or folder / LAST).recipe
    return recipe if recipe in RECIPES else DEFAULT_RECIPE


def _parser(recipe_name: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="glassnet-train",
        usage=_USAGE,
        description="Train a network. Its recipe names the network, its data and its training; "
        f"the defaults below are those of {recipe_name!r}.",
        argument_default=argparse.SUPPRESS,
        allow_abbrev=False,
    )
    parser.add_argument(
        "recipe", nargs="?", default=None, metavar="RECIPE", help=f"default {DEFAULT_RECIPE}"
    )
    parser.add_argument("--list", action="store_true", default=False, help="print the recipes")
    for name, default in RECIPES[recipe_name].options.items():
        option = OPTIONS[name]
        parser.add_argument(
            f"--{name}",
            type=option.parse,
            metavar=option.metavar,
            help=f"{option.help} (default {_shown(default)})".replace("%", "%%"),
        )
    parser.add_argument(
        "--steps",
        type=OPTIONS["epochs"].parse,
        default=None,
        metavar="N",
        help="stop after N updates; --resume goes on (default: none)",
    )
    parser.add_argument(
        "--save",
        default=None,
        metavar="FOLDER",
        help="folder for last.npz, best.npz and log.csv (default saves/RECIPE)",
    )
    parser.add_argument(
        "--log", default=None, metavar="FILE", help="path of the CSV log (default SAVE/log.csv)"
    )
    parser.add_argument(
        "--resume",
        nargs="?",
        const="",
        default=None,
        metavar="FILE",
        help="go on with the training saved in FILE (default SAVE/last.npz), exactly",
    )
    parser.add_argument(
        "--evaluate",
        default=None,
        metavar="FILE",
        help="train nothing, but print the loss of the network in FILE on the part of the data "
        "held out in its training, or on all of the other data that --data names (default: none)",
    )
    parser.add_argument(
        "--init-from",
        default=None,
        metavar="FILE",
        help="start a new training with the weights of FILE (default: random weights)",
    )
    return parser


def _shown(value: Any) -> str:
    """Return a value as it is given on the command line."""
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


def _resumed_options(
    path: Path, start: Checkpoint, explicit: dict[str, Any], recipe: str | None
) -> dict[str, Any]:
    if not start.training:
        raise UsageError(f"{path} holds only weights; --init-from starts a new training with them")
    if recipe and recipe != start.recipe:
        raise UsageError(f"{path} was trained with the recipe {start.recipe!r}, not {recipe!r}")
    if start.recipe not in RECIPES:
        raise UsageError(
            f"{path} was trained with the recipe {start.recipe!r}, which there is none of here"
        )
    for name, value in explicit.items():
        if not OPTIONS[name].resumable and value != start.options.get(name):
            trained_with = _shown(start.options.get(name))
            raise UsageError(
                f"--{name} is {trained_with} in {path} and can't change on --resume; "
                "--init-from starts a new training with its weights"
            )
    return RECIPES[start.recipe].options | start.options | explicit


def _structure_of(
    path: str, start: Checkpoint, explicit: dict[str, Any], recipe: str
) -> dict[str, Any]:
    if start.kind != RECIPES[recipe].network:
        raise UsageError(
            f"{path} holds a {start.kind}, but {recipe} is a {RECIPES[recipe].network}"
        )
    structure = {
        name: start.configuration[name]
        for name in RECIPES[recipe].options
        if OPTIONS[name].structural
    }
    for name, value in structure.items():
        if explicit.get(name, value) != value:
            raise UsageError(f"--{name} {explicit[name]} does not fit {path}, which has {value}")
    return structure


# -- building a run -----------------------------------------------------------------------------


def _load(run: Run) -> Job:
    """Load the data; where the recipe's default can't be had, the run's options name the other."""
    name = run.options["data"]
    try:
        job = JOBS[RECIPES[run.recipe].network](run.options, run.data_asked_for)
    except DataError as error:
        if run.resumed is None:
            raise
        raise DataError(f"{error}; if it lies elsewhere now, --data says where") from error
    # The workers are to load the same.
    run.options["data"], run.data_asked_for = job.data, True
    if run.resumed and run.start and run.start.progress["fingerprint"] != job.fingerprint:
        raise CheckpointError(f"the checkpoint was trained on other data than {name} holds now")
    size = job.network(run.start).parameter_count
    if size > _MOST_PARAMETERS:
        raise UsageError(f"these options make a network of {size:,} parameters: that is too large")
    return job


def _train_with_workers(run: Run) -> bool:
    """Train alone or with processes; return False if Ctrl-C ended it."""
    job = _load(run)
    workers = min(run.options["workers"] or suitable_workers(job.rows), job.rows)
    if workers == 1:
        return _train(run, job, SingleProcess())
    parameters = job.network(run.start).parameter_count
    with start_workers(workers, parameters, run.options["dtype"], _join, run) as communicator:
        return _train(run, job, communicator)


def _join(run: Run, communicator: Communicator) -> None:
    """Take part in a run as one of several workers."""
    _train(run, _load(run), communicator)


def _train(run: Run, job: Job, communicator: Communicator) -> bool:
    """Make the network and train it; return False if Ctrl-C ended it. Every worker calls this."""
    weights_random, training_random = np.random.default_rng(run.options["seed"]).spawn(2)
    network = job.network(run.start).initialize(weights_random, run.options["dtype"])
    if run.start is not None:
        run.start.copy_weights(network)
    communicator.broadcast(network)
    share_threads(network, communicator.local_size)
    try:
        task = job.task(network, communicator, training_random)
    except VocabularyError as error:
        raise VocabularyError(f"{run.options['data']}: {error}") from None
    trainer = Trainer(
        task,
        run.options,
        run.recipe,
        communicator,
        training_random,
        run.save,
        run.log,
        job.fingerprint,
    )
    if run.start is not None and run.resumed:
        trainer.resume(run.start)
    if communicator.rank:
        return trainer.run(run.steps)
    with sole_run_in(run.save):
        prepare_files(run.save, run.log, run.resumed)
        print(
            f"{run.recipe}: {network.theta.size:,} parameters, {job.summary}, "
            f"{task.steps_per_epoch} updates an epoch, "
            f"{communicator.size} worker{'s' if communicator.size > 1 else ''}",
            file=sys.stderr,
        )
        return trainer.run(run.steps)
