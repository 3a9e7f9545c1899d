"""`glassnet-visualize`: show what the neurons of a trained network respond to."""

from __future__ import annotations

import argparse
import io
import os
import re
import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from models import SHIPPED, CharacterLSTM, CheckpointError, VocabularyError, load_network
from visualize.activations import STATES, Neuron, read_activations, save_activations
from visualize.drawing import TooLongError
from visualize.page import save_page
from visualize.picture import save_picture
from visualize.terminal import draw, terminal_colors

PROGRAM = "glassnet-visualize"


class _UserError(Exception):
    """What the user asked for can't be done; the message is one line that says why."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command with these arguments (None: the program's own); return its exit status.

    0 if all went well, 1 after one line on the standard error that says what is wrong, 130 after
    Ctrl-C. Arguments that make no sense end the program with status 2, as argparse does.
    """
    options = _parser().parse_args(argv)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal that is not UTF-8 shows ? instead
    try:
        _run(options)
        sys.stdout.flush()
    except KeyboardInterrupt:
        print(f"{PROGRAM}: interrupted", file=sys.stderr)
        return 130
    except (_UserError, CheckpointError) as error:
        print(f"{PROGRAM}: {error}", file=sys.stderr)
        return 1
    except MemoryError:
        print(f"{PROGRAM}: not enough memory; try a shorter --length", file=sys.stderr)
        return 1
    except OSError as error:
        # Nothing must be left to fail again when Python flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if isinstance(error, BrokenPipeError):  # the reader (head, less) has had enough
            return 0
        print(f"{PROGRAM}: can't write to the output ({error.strerror})", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=PROGRAM,
        description="Show what a neuron of a character LSTM responds to: each character of a text "
        "on a background from white (activation -1; for gates 0) to red (+1), drawn in the "
        "terminal, or written to the files that are asked for.",
    )
    parser.add_argument(
        "checkpoint",
        nargs="?",
        type=Path,
        default=SHIPPED / "shakespeare.npz",
        metavar="CHECKPOINT",
        help="the trained network (default: the Shakespeare LSTM that comes with glassnet)",
    )
    parser.add_argument(
        "--text",
        default=str(SHIPPED / "sample.txt"),
        metavar="FILE",
        help="the UTF-8 text to read, - for the standard input (default: a sample of the "
        "Shakespeare LSTM that comes with glassnet)",
    )
    parser.add_argument(
        "--length",
        type=_positive,
        metavar="N",
        help="read only the first N characters of the text (default: all)",
    )
    parser.add_argument(
        "--neuron",
        type=_layer_and_index,
        metavar="LAYER:INDEX",
        help="which neuron: the layer counts from 1, the index in the layer from 0, as in 2:345 "
        "(default: the one of the last layer whose activation varies most over the text)",
    )
    parser.add_argument(
        "--state",
        type=_states,
        default=["hidden"],
        metavar="STATE[,STATE...]",
        help=f"what of the neuron: {', '.join(STATES)}, or all (default: hidden). With several, "
        "separated by commas, the terminal and the PNG show the first, and the HTML page and the "
        "export hold all",
    )
    parser.add_argument(
        "--html",
        type=Path,
        metavar="FILE",
        help="write a page for the browser in which every neuron of every layer can be picked; "
        "it works offline (default: none)",
    )
    parser.add_argument(
        "--png", type=Path, metavar="FILE", help="write a picture of the neuron (default: none)"
    )
    parser.add_argument(
        "--export",
        type=Path,
        metavar="FILE",
        help="write the activations of all neurons to an .npz file: an array (characters, units) "
        "for each layer and state, named as in layer1/hidden, and the text as UTF-8 bytes in text "
        "(default: none)",
    )
    parser.add_argument(
        "--no-color",
        action="store_true",
        help="draw with characters from thin to dense instead of colours, as is done when the "
        "output is not a terminal or NO_COLOR is set (default: use colours)",
    )
    return parser


def _run(options: argparse.Namespace) -> None:
    network, checkpoint = load_network(options.checkpoint)
    show = _VIEWS.get(checkpoint.kind)
    if show is None:
        raise _UserError(f"{options.checkpoint}: there is no view of a {checkpoint.kind!r} yet")
    show(network, options)


def _show_character_lstm(network: CharacterLSTM, options: argparse.Namespace) -> None:
    if options.neuron is not None:
        _check_neuron(network, *options.neuron)
    source = "standard input" if options.text == "-" else options.text
    text = _read_text(options.text, source)[: options.length]
    try:
        activations = read_activations(network, text, options.state, progress=True)
    except VocabularyError as error:
        raise _UserError(f"{source}: {error}") from error
    state = options.state[0]
    layer = activations.layers[-1]
    layer, index = options.neuron or (layer, activations.most_varying(layer, state))
    neuron = activations.neuron(layer, index, state)
    if options.html is not None:
        title = f"{options.checkpoint.name} reading {Path(source).name}"
        _write(options.html, lambda path: save_page(path, activations, neuron, title))
    if options.png is not None:
        _write(options.png, lambda path: save_picture(path, neuron))
    if options.export is not None:
        _write(options.export, lambda path: save_activations(path, activations))
    if not (options.html or options.png or options.export):
        _draw(neuron, options.no_color)
    if options.neuron is None:
        print(
            f"Neuron {index} varies most in layer {layer} on this text; "
            "--neuron LAYER:INDEX shows another."
        )


_VIEWS: dict[str, Callable[..., None]] = {CharacterLSTM.kind: _show_character_lstm}


def _read_text(name: str, source: str) -> str:
    try:
        content = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
        text = content.decode("utf-8")
    except FileNotFoundError:
        raise _UserError(f"{source}: there is no such file") from None
    except OSError as error:
        raise _UserError(f"{source}: can't be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise _UserError(f"{source}: is not UTF-8 text (see byte {error.start})") from error
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")  # as in training
    if not text:
        raise _UserError(f"{source}: is empty")
    return text


def _check_neuron(network: CharacterLSTM, layer: int, index: int) -> None:
    """Say which neurons there are if the network has no such one (before it reads a long text)."""
    if not 1 <= layer <= len(network.lstms):
        raise _UserError(
            f"--neuron {layer}:{index}: there is no layer {layer}; layers are numbered from 1 to "
            f"{len(network.lstms)}"
        )
    if not index < network.units:
        raise _UserError(
            f"--neuron {layer}:{index}: there is no neuron {index}; those of a layer are numbered "
            f"from 0 to {network.units - 1}"
        )


def _write(path: Path, save: Callable[[Path], None]) -> None:
    try:
        save(path)
    except OSError as error:
        raise _UserError(f"{path}: can't be written ({error.strerror})") from error
    except TooLongError as error:
        raise _UserError(f"{path}: {error}; try a shorter --length") from error
    except ImportError as error:
        raise _UserError(f'{path}: needs {error.name}: pip install "glassnet[plots]"') from error
    print(f"wrote {path} ({_size(path.stat().st_size)})")


def _draw(neuron: Neuron, no_color: bool) -> None:
    colors = "none" if no_color else terminal_colors(sys.stdout)
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    for line in draw(neuron, colors, width):
        print(line)


def _size(size: int) -> str:
    return f"{size / 1e6:.1f} MB" if size >= 1e6 else f"{size / 1e3:.0f} kB"


# -- reading options ------------------------------------------------------------------------------


def _positive(value: str) -> int:
    if not re.fullmatch("[0-9]+", value) or int(value) < 1:
        raise argparse.ArgumentTypeError(f"{value!r} is not a whole number of at least 1")
    return int(value)


def _layer_and_index(value: str) -> tuple[int, int]:
    match = re.fullmatch("([0-9]+):([0-9]+)", value)
    if match is None:
        raise argparse.ArgumentTypeError(f"{value!r} is not LAYER:INDEX, as in 2:345")
    return int(match[1]), int(match[2])


def _states(value: str) -> list[str]:
    states = list(STATES) if value == "all" else value.split(",")
    for state in states:
        if state not in STATES:
            raise argparse.ArgumentTypeError(f"{state!r} is none of {', '.join(STATES)}, nor all")
    return list(dict.fromkeys(states))
