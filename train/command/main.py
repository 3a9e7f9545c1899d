"""The command `glassnet train`: `python _training.py [RECIPE] [options]`."""

from __future__ import annotations

from collections.abc import Sequence

from glassnet.command import run_command
from glassnet.train.command.evaluate import print_evaluation
from glassnet.train.command.parsers import PROGRAM
from glassnet.train.command.request import Request, read_request
from glassnet.train.recipes import RECIPES
from glassnet.train.run.launch import launch, launch_under_mpi
from glassnet.train.run.run import Run
from glassnet.train.workers.mpi import launched_ranks


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status; see `glassnet/command.py`."""
    return run_command(PROGRAM, _train, arguments)


def _train(arguments: list[str]) -> int:
    if launched_ranks() > 1:
        finished = launch_under_mpi(PROGRAM, lambda rank: _run_or_print(arguments, rank))
    else:
        run = _run_or_print(arguments)
        finished = run is None or launch(run)
    return 0 if finished else 130


def _run_or_print(arguments: list[str], rank: int | None = None) -> Run | None:
    """Return the run that the command line asks for; print what it asks for instead of one."""
    request = read_request(arguments, under_mpi=rank is not None)
    if isinstance(request, Run):
        return request
    if not rank:  # of the ranks under MPI the first prints
        _print(request)
    return None


def _print(request: Request) -> None:
    if request.evaluate is not None:
        print_evaluation(request.evaluate, request.data, request.validation)
        return
    width = max(map(len, RECIPES))
    for name, recipe in RECIPES.items():
        print(f"{name:{width}}  {recipe.description}")
