"""A view: how one family of networks is shown on the command line."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from glassnet.models import SHIPPED, Checkpoint, Network
from glassnet.modules import add_recipes
from glassnet.options import Parser

PROGRAM = "glassnet visualize"
DEFAULT_CHECKPOINT = SHIPPED / "shakespeare.npz"

Shown = TypeVar("Shown", bound=Network)
Options = TypeVar("Options")


@dataclass(frozen=True)
class View(Generic[Shown, Options]):
    """How one family of networks is shown on the command line.

    Parameters
    ----------
    family : type
        The class whose instances the view shows.
    name : str
        The family in words, such as `character network`.
    description : str
        What the view shows; `--help` begins with it.
    add_options : callable
        Adds the options of the view to a parser that has the checkpoint already, for a network
        that is known or for the default one.
    options : callable
        A frozen dataclass with a field for the checkpoint's path and one for each option.
    show : callable
        Draws a network, or writes the files that the options ask for.
    """

    family: type[Shown]
    name: str
    description: str
    add_options: Callable[[Parser, Shown | None], None]
    options: Callable[..., Options]
    show: Callable[[Shown, Checkpoint, Options], None]

    def parser(self, elsewhere: Iterable[str] = (), network: Shown | None = None) -> Parser:
        """Return the parser of the command line for networks of this family.

        Parameters
        ----------
        elsewhere : iterable of str, optional
            Options of other views.
        network : Network, optional
            The network that is shown, if it is known.
        """
        parser = Parser(
            PROGRAM,
            "[CHECKPOINT] [options]",
            self.description,
            elsewhere=elsewhere,
            subject=f"this {self.name}",
        )
        parser.epilog = f"{PROGRAM} CHECKPOINT --help shows the options of another network."
        parser.add_argument(
            "checkpoint",
            nargs="?",
            type=Path,
            default=DEFAULT_CHECKPOINT,
            metavar="CHECKPOINT",
            help="trained network (default: the Shakespeare LSTM that comes with glassnet)",
        )
        add_recipes(parser)
        self.add_options(parser, network)
        return parser

    def run(
        self,
        network: Network,
        checkpoint: Checkpoint,
        arguments: Sequence[str],
        elsewhere: Iterable[str] = (),
    ) -> None:
        """Parse the arguments of the command and show a network as they ask.

        Parameters
        ----------
        network : Network
            A network of the view's family.
        checkpoint : Checkpoint
            Where it comes from.
        arguments : sequence of str
            The words after the command's name.
        elsewhere : iterable of str, optional
            Options of other views.

        Raises
        ------
        UserError
            If the arguments make no sense, or what they ask for can't be done.
        TypeError
            If the network is of another family.
        """
        if not isinstance(network, self.family):
            raise TypeError(f"a {type(network).__name__} is not a {self.family.__name__}")
        parser = self.parser(elsewhere, network)
        given = vars(parser.parse_args(arguments))
        del given["recipes"]  # what it names is imported by now: the network could be loaded
        options = self.options(**given)
        try:
            self.show(network, checkpoint, options)
        except MemoryError as error:
            if "--length" in parser.options:
                raise MemoryError("try a shorter --length") from error
            raise
