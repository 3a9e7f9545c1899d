"""What the views of `glassnet-visualize` share: reading and writing what the user names."""

from __future__ import annotations

import argparse
import contextlib
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from glassnet.errors import UserError
from glassnet.text import read_standard_input
from glassnet.text import read_text as read_text_file
from glassnet.visualize.drawing.drawing import TooLongError
from glassnet.visualize.neurons.views.terminal import Colors, terminal_colors

PROGRAM = "glassnet-visualize"


def source_name(name: str) -> str:
    """Return how messages call the file of this name."""
    return "standard input" if name == "-" else name


def read_text(name: str) -> str:
    """Return the text of a UTF-8 file, - for the standard input, its line ends as newlines."""
    text = read_standard_input() if name == "-" else read_text_file(name)
    if not text:
        raise UserError(f"{source_name(name)}: is empty")
    return text


def check_neuron(neuron: tuple[int, int], sizes: Sequence[int], option: str = "--neuron") -> None:
    """Say which neurons there are if the network has no such one (before it reads a long text)."""
    layer, index = neuron
    if not 1 <= layer <= len(sizes):
        raise UserError(
            f"{option} {layer}:{index}: there is no layer {layer}; layers are numbered from 1 to "
            f"{len(sizes)}"
        )
    if not index < sizes[layer - 1]:
        raise UserError(
            f"{option} {layer}:{index}: there is no neuron {index}; those of a layer are numbered "
            f"from 0 to {sizes[layer - 1] - 1}"
        )


def write(path: Path, save: Callable[[Path], None]) -> None:
    """Have a file written, and say that it was, or why it could not be."""
    with said_unwritten(path), said_too_long(path):
        save(path)
    print(f"wrote {path} ({_size(path.stat().st_size)})")


@contextlib.contextmanager
def said_unwritten(path: Path) -> Iterator[None]:
    """Say of a file or folder that can't be written why."""
    try:
        yield
    except OSError as error:
        raise UserError(f"{path}: can't be written ({error.strerror})") from error
    except ImportError as error:
        raise UserError(f'{path}: needs {error.name}: pip install "glassnet[plots]"') from error


@contextlib.contextmanager
def said_too_long(path: Path) -> Iterator[None]:
    """Say of a text that a file can't hold what helps."""
    try:
        yield
    except TooLongError as error:
        raise UserError(f"{path}: {error}; try a shorter --length") from error


def terminal(options: argparse.Namespace) -> tuple[Colors, int | None]:
    """Return the colours and the width of what is printed to; see `draw`."""
    colors: Colors = "none" if options.no_color else terminal_colors(sys.stdout)
    return colors, shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def _size(size: int) -> str:
    return f"{size / 1e6:.1f} MB" if size >= 1e6 else f"{size / 1e3:.0f} kB"
