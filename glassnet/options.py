"""Command lines: a parser whose errors are one line with a suggestion, and parsers of values."""

from __future__ import annotations

import argparse
import itertools
import math
import re
import textwrap
from collections.abc import Callable, Iterable, Sequence
from typing import NoReturn

from glassnet.errors import UsageError, closest, no_such

__all__ = ["Parser", "layer_and_index", "number", "one_of", "scan", "whole_number"]

_COLUMNS = 79  # of help texts, which thus look alike in a terminal of any width


class Parser(argparse.ArgumentParser):
    """An argparse parser whose errors are a `UsageError` and whose help fits 80 columns.

    Parameters
    ----------
    program : str
        The name of the command, such as "glassnet sample".
    usage : str
        What may follow the name, such as `[CHECKPOINT] [options]`.
    description : str
        What the command does.
    elsewhere : iterable of str, optional
        Options that the command has for other networks or recipes only, such as "--morph".
    subject : str, optional
        What those do not apply to, such as "a character-lstm".
    add_help : bool, default True
        Whether --help prints the help text.

    Examples
    --------
    >>> from glassnet.errors import UsageError
    >>> from glassnet.options import Parser, whole_number
    >>> parser = Parser("glassnet sample", "[options]", "Write text.", elsewhere=["--morph"],
    ...                 subject="a character-lstm")
    >>> _ = parser.add_argument("--length", type=whole_number(1))
    >>> parser.parse_args(["--length", "20"]).length
    20
    >>> for wrong in ["--lenght=20", "--length=0", "--morph=3,8"]:
    ...     try:
    ...         parser.parse_args([wrong])
    ...     except UsageError as error:
    ...         print(error)
    there is no option --lenght; did you mean --length?
    --length must be a whole number of at least 1, not '0'
    --morph does not apply to a character-lstm
    """

    def __init__(
        self,
        program: str,
        usage: str,
        description: str,
        *,
        elsewhere: Iterable[str] = (),
        subject: str = "",
        add_help: bool = True,
    ) -> None:
        super().__init__(
            prog=program,
            usage=f"{program} {usage}".replace("%", "%%"),
            description=description,
            formatter_class=_WholeWords,
            allow_abbrev=False,
            add_help=add_help,
        )
        self._elsewhere, self._subject = frozenset(elsewhere), subject

    @property
    def options(self) -> list[str]:
        """The names of the options that the help shows, such as "--length"."""
        shown = [action for action in self._actions if action.help != argparse.SUPPRESS]
        return [name for action in shown for name in action.option_strings if name != "-h"]

    def error(self, message: str) -> NoReturn:
        """Raise a `UsageError` with what argparse says, in this project's words."""
        unrecognized = message.removeprefix("unrecognized arguments: ")
        if unrecognized != message:
            message = self._unrecognized(unrecognized.split()[0])
        for pattern, replacement in _REWORDED:
            message = re.sub(pattern, replacement, message)
        raise UsageError(message) from None

    def _unrecognized(self, argument: str) -> str:
        if not argument.startswith("-"):
            return f"unexpected argument {argument!r}"
        option = argument.partition("=")[0]
        if option in self._elsewhere:
            return f"{option} does not apply to {self._subject}"
        meant = closest(option, self.options)
        advice = f"did you mean {meant}?" if meant else "--help lists the options"
        return f"there is no option {option}; {advice}"


_REWORDED = (
    (r"^argument (\S+): expected one argument$", r"\1 needs a value"),
    (r"^argument (\S+): ignored explicit argument (.*)$", r"\1 takes no value"),
    (r"^argument (\S+): not allowed with argument (\S+)$", r"\1 and \2 exclude each other"),
    (r"^argument (\S+): must ", r"\1 must "),
    (r"^argument (\S+): ", r"\1: "),
    (r"^the following arguments are required: (.*)$", r"\1 is missing"),
)


class _WholeWords(argparse.HelpFormatter):
    """Help of a fixed width whose lines do not break within names such as since-newline."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=26, width=_COLUMNS)

    def _split_lines(self, text: str, width: int) -> list[str]:
        return textwrap.wrap(" ".join(text.split()), width, break_on_hyphens=False)

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        lines = self._split_lines(text, width - len(indent))
        return "\n".join(indent + line for line in lines)


def scan(parsers: Sequence[Parser], arguments: Sequence[str]) -> argparse.Namespace:
    """Read a command line that one of several parsers will parse, before it is known which.

    Parameters
    ----------
    parsers : sequence of Parser
        All that may apply; the first one's positional arguments are taken.
    arguments : sequence of str
        The words after the command's name.

    Returns
    -------
    argparse.Namespace
        The value of each option and positional argument as it was typed, None where it was not;
        True for an option without a value. An option that is known to none of them is left out
        with the word after it: the parser that is chosen suggests one of its own.

    Raises
    ------
    UsageError
        If an option lacks its value or has one that it does not take, or there are too many
        positional arguments.

    Examples
    --------
    >>> from glassnet.options import Parser, scan
    >>> text = Parser("glassnet sample", "[options]", "Write text.")
    >>> _ = text.add_argument("checkpoint", nargs="?")
    >>> _ = text.add_argument("--length", type=int)
    >>> images = Parser("glassnet sample", "[options]", "Draw digits.")
    >>> _ = images.add_argument("--morph")
    >>> scan([text, images], ["--morph", "3,8", "digits.npz"]).checkpoint
    'digits.npz'
    """
    union = Parser(parsers[0].prog, "", "", add_help=False)
    known: set[str] = set()
    for parser in parsers:
        for action in parser._actions:
            names = [name for name in action.option_strings if name not in known]
            known.update(names)
            if names and action.nargs == 0:
                union.add_argument(*names, dest=action.dest, action="store_true", default=None)
            elif names:
                union.add_argument(
                    *names, dest=action.dest, nargs=action.nargs, const=action.const, default=None
                )
            elif not action.option_strings and parser is parsers[0]:
                union.add_argument(action.dest, nargs="?", default=None)
    found, unknown = union.parse_known_args(arguments)
    if unknown and not any(word.startswith("-") for word in unknown):
        union.error(f"unrecognized arguments: {' '.join(unknown)}")
    for positional in (action.dest for action in union._actions if not action.option_strings):
        # The word after an unknown option is rather its value.
        after = [
            word
            for option, word in itertools.pairwise(arguments)
            if option in unknown and option.startswith("-") and "=" not in option
        ]
        if getattr(found, positional) in after:
            setattr(found, positional, None)
    return found


# -- values ---------------------------------------------------------------------------------------


def whole_number(least: int, most: float = math.inf) -> Callable[[str], int]:
    """Return a parser of whole numbers.

    Parameters
    ----------
    least : int
        The smallest that is allowed.
    most : int, optional
        The largest that is allowed.

    Returns
    -------
    callable
        The parser: given a text, it returns an int or raises an `argparse.ArgumentTypeError`.

    Examples
    --------
    >>> from glassnet.options import whole_number
    >>> whole_number(1)("20")
    20
    """
    allowed = f"of at least {least}" if most == math.inf else f"from {least} to {most:,}"

    def parse(text: str) -> int:
        if not re.fullmatch("-?[0-9]+", text) or not least <= int(text) <= most:
            raise argparse.ArgumentTypeError(f"must be a whole number {allowed}, not {text!r}")
        return int(text)

    return parse


def number(allowed: str, test: Callable[[float], bool]) -> Callable[[str], float]:
    """Return a parser of finite numbers.

    Parameters
    ----------
    allowed : str
        Which are allowed, in words that follow "must be a number".
    test : callable
        Whether a number is allowed.

    Returns
    -------
    callable
        The parser: given a text, it returns a float or raises an `argparse.ArgumentTypeError`.

    Examples
    --------
    >>> from glassnet.options import number
    >>> number("above 0", lambda value: value > 0)("0.5")
    0.5
    """

    def parse(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not math.isfinite(value) or not test(value):
            raise argparse.ArgumentTypeError(f"must be a number {allowed}, not {text!r}")
        return value

    return parse


def one_of(kind: str, names: Iterable[str]) -> Callable[[str], str]:
    """Return a parser of names, which suggests one for a name that is mistyped.

    Parameters
    ----------
    kind : str
        What is named, such as "hypothesis".
    names : iterable of str
        The names that exist.

    Returns
    -------
    callable
        The parser: given a text, it returns it or raises an `argparse.ArgumentTypeError`.

    Examples
    --------
    >>> from glassnet.options import one_of
    >>> one_of("optimizer", ["adam", "rmsprop"])("adam")
    'adam'
    """
    known = list(names)

    def parse(text: str) -> str:
        if text not in known:
            raise argparse.ArgumentTypeError(no_such(kind, text, known))
        return text

    return parse


def layer_and_index(text: str) -> tuple[int, int]:
    """Parse LAYER:INDEX, the place of a neuron.

    Parameters
    ----------
    text : str
        Two whole numbers with a colon between them.

    Returns
    -------
    (int, int)
        The two numbers.

    Raises
    ------
    ArgumentTypeError
        If the text is something else.

    Examples
    --------
    >>> from glassnet.options import layer_and_index
    >>> layer_and_index("2:345")
    (2, 345)
    """
    match = re.fullmatch("([0-9]+):([0-9]+)", text)
    if match is None:
        raise argparse.ArgumentTypeError(f"must be LAYER:INDEX, as in 2:345, not {text!r}")
    return int(match[1]), int(match[2])
