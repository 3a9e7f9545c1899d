"""The command `glassnet sample`: open a checkpoint, and run the program for networks of its kind.

Another family of networks takes a module beside `text.py` and `images.py`, and its `Program` in
`PROGRAMS`.
"""

from __future__ import annotations

from collections.abc import Sequence

from threadpoolctl import threadpool_limits

from glassnet.command import run_command
from glassnet.errors import UserError
from glassnet.models import load_network
from glassnet.models.characters.own import OWN_CHARACTERS
from glassnet.modules import import_file
from glassnet.options import Parser, scan
from glassnet.sample.command import images, text
from glassnet.sample.command.program import DEFAULT, NAME, Program

PROGRAMS: tuple[Program, ...] = (text.PROGRAM, images.PROGRAM)
"""What the command does with each family of networks."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status; see `glassnet/command.py`.

    Parameters
    ----------
    arguments : sequence of str, optional
        The words after the command's name; those of the process by default.
    """
    return run_command(NAME, _sample, arguments)


def sample_parsers() -> dict[str, Parser]:
    """Return the parser of each program, by the name of its family of networks."""
    return {program.family: _parser(program, f"a {program.family}") for program in PROGRAMS}


def _parser(program: Program, subject: str) -> Parser:
    others = (other.parser((), "") for other in PROGRAMS if other is not program)
    return program.parser([name for other in others for name in other.options], subject)


def _sample(arguments: list[str]) -> None:
    typed = scan(list(sample_parsers().values()), arguments)
    if typed.recipes:
        import_file(typed.recipes)
    path = typed.checkpoint or DEFAULT
    network, checkpoint = load_network(path)
    for program in PROGRAMS:
        if isinstance(network, program.networks):
            options = _parser(program, f"a {checkpoint.kind}").parse_args(arguments)
            # Small products gain little from threads, which on a busy machine wait for each other
            # much longer than they work.
            with threadpool_limits(1, user_api="blas"):
                program.run(network, options)
            return
    instead = "" if checkpoint.recipe else f"; {OWN_CHARACTERS} writes text"
    raise UserError(f"{path}: a {checkpoint.kind} neither writes text nor draws digits{instead}")
