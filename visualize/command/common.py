"""What views share: reading the files that the user names, and writing files."""

from __future__ import annotations

import contextlib
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from glassnet import models
from glassnet.errors import UserError
from glassnet.files import write_errors
from glassnet.text import read_standard_input
from glassnet.text import read_text as read_text_file
from glassnet.visualize.drawing.escapes import Colors, terminal_colors
from glassnet.visualize.drawing.text import TooLongError


def source_name(name: str) -> str:
    """Return the name of a file as messages write it: - is standard input."""
    return "standard input" if name == "-" else name


def read_text(name: str) -> str:
    """Return the text of a UTF-8 file (- for standard input), with newlines as line ends."""
    text = read_standard_input() if name == "-" else read_text_file(name)
    if not text:
        raise UserError(f"{source_name(name)}: is empty")
    return text


def check_neuron(neuron: tuple[int, int], sizes: Sequence[int], option: str = "--neuron") -> None:
    """Raise UserError if the network has no such neuron.

    Parameters
    ----------
    neuron : tuple of int
        Layer from 1, and index in the layer from 0.
    sizes : sequence of int
        Number of neurons in each layer.
    option : str
        Name of the option that asks for the neuron.
    """
    try:
        models.check_neuron(*neuron, sizes)
    except models.NeuronError as error:
        layer, index = neuron
        raise UserError(f"{option} {layer}:{index}: {error}") from error


def write(path: Path, save: Callable[[Path], None]) -> None:
    """Write a file and print its name and size.

    Parameters
    ----------
    path : Path
        The file.
    save : callable
        Writes it.

    Raises
    ------
    UserError
        If it can't be written, or the text is too long for it.
    """
    with write_errors(path), length_errors(path):
        save(path)
    print(f"wrote {path} ({_size(path.stat().st_size)})")


@contextlib.contextmanager
def length_errors(path: Path) -> Iterator[None]:
    """Turn the error of a text that is too long for a file into a UserError that names it."""
    try:
        yield
    except TooLongError as error:
        raise UserError(f"{path}: {error}; try a shorter --length") from error


def terminal(no_color: bool) -> tuple[Colors, int | None]:
    """Return the colors to draw with, and the terminal's width (None if there is no terminal)."""
    colors: Colors = "none" if no_color else terminal_colors(sys.stdout)
    return colors, shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def _size(size: int) -> str:
    return f"{size / 1e6:.1f} MB" if size >= 1e6 else f"{size / 1e3:.0f} kB"
