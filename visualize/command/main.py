"""The command `glassnet visualize`: show what a trained network has learned.

The checkpoint is opened before the arguments are parsed, as its network decides which options
there are.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from glassnet.command import run_command
from glassnet.errors import UserError
from glassnet.models import load_network
from glassnet.models.characters.own import OWN_CHARACTERS
from glassnet.modules import import_file
from glassnet.options import scan
from glassnet.visualize.command.registry import VIEWS
from glassnet.visualize.command.view import DEFAULT_CHECKPOINT, PROGRAM


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status; see `glassnet/command.py`."""
    return run_command(PROGRAM, _run, arguments)


def _run(arguments: list[str]) -> None:
    parsers = [view.parser() for view in VIEWS]
    typed = scan(parsers, arguments)
    if typed.recipes:
        import_file(typed.recipes)
    path = Path(typed.checkpoint or DEFAULT_CHECKPOINT)
    network, checkpoint = load_network(path)
    view = next((view for view in VIEWS if isinstance(network, view.family)), None)
    if view is None:
        name = checkpoint.recipe or checkpoint.kind
        instead = "" if checkpoint.recipe else f"; there is one of {OWN_CHARACTERS}"
        raise UserError(f"{path}: there is no view of this network yet ({name}){instead}")
    view.run(network, checkpoint, arguments, {name for each in parsers for name in each.options})
