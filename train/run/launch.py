"""Starting a run: in this process alone, with processes beside it, or under MPI."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from glassnet.command import complain
from glassnet.train.run.run import Run, load_run
from glassnet.train.workers.communicator import Communicator, SingleProcess
from glassnet.train.workers.mpi import MPI
from glassnet.train.workers.processes import WorkerError, start_workers
from glassnet.train.workers.threads import suitable_workers

__all__ = ["launch", "launch_under_mpi"]


def launch(run: Run) -> bool:
    """Train alone, or with as many processes as the options say.

    Parameters
    ----------
    run : Run
        The run.

    Returns
    -------
    bool
        False if Ctrl-C ended it.

    Examples
    --------
    >>> from pathlib import Path
    >>> from glassnet.train.experiments import LSTMOptions
    >>> from glassnet.train.run.launch import launch
    >>> from glassnet.train.run.run import Run
    >>> _ = Path("novel.txt").write_text("It was a dark and stormy night. " * 50)
    >>> options = LSTMOptions(data="novel.txt", units=8, chunks=4, k1=20, k2=20, workers=1)
    >>> launch(Run("shakespeare", options, Path("run"), Path("run/log.csv"), steps=2))
    True
    >>> sorted(path.name for path in Path("run").iterdir())
    ['last.npz', 'log.csv']
    """
    loaded = load_run(run)
    rows, options = loaded.experiment.rows, run.options
    workers = min(options.workers or suitable_workers(rows), rows)
    if workers == 1:
        return loaded.train(SingleProcess()).finished
    size = loaded.network.parameter_count
    with start_workers(workers, size, options.dtype, _join, loaded.run) as communicator:
        return loaded.train(communicator).finished


def _join(run: Run, communicator: Communicator) -> None:
    """Take part in a run as one of several workers."""
    load_run(run).train(communicator)


def launch_under_mpi(program: str, make_run: Callable[[int], Run | None]) -> bool:
    """Take part in a run as one of the ranks that mpiexec started.

    Parameters
    ----------
    program : str
        Name of the command, for errors.
    make_run : Callable[[int], Run | None]
        Returns the run for a rank; None if there is nothing to train.

    Returns
    -------
    bool
        False if Ctrl-C ended it.

    Raises
    ------
    WorkerError
        If mpi4py is missing, or another rank failed to start.

    Examples
    --------
    >>> from glassnet.train.run.launch import launch_under_mpi
    >>> launch_under_mpi("glassnet train", lambda rank: None)  # doctest: +SKIP
    True
    """
    try:
        communicator = MPI()
    except (ImportError, RuntimeError) as error:
        raise WorkerError(f'MPI needs mpi4py: pip install "glassnet[mpi]" ({error})') from None
    problem: Exception | None = None
    loaded = None
    try:
        run = make_run(communicator.rank)
        loaded = load_run(run) if run is not None else None
    except Exception as error:
        problem = error
    # All begin or none does: a rank that can't (its machine lacks a file) ends all in order.
    if communicator.all_reduce(np.array([problem is not None], np.float64))[0]:
        raise problem or WorkerError(
            f"rank {communicator.rank} stopped: another rank failed to start"
        )
    if loaded is None:
        return True
    try:
        return loaded.train(communicator).finished
    except Exception as error:
        # The other ranks wait for this one and would do so forever.
        complain(program, f"rank {communicator.rank}: {error}")
        communicator.abort()
        raise
