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
from typing import Any, NamedTuple

from models import (
    IMAGE_AUTOENCODERS,
    SHIPPED,
    CharacterLSTM,
    CheckpointError,
    ImageAutoencoder,
    TextAutoencoder,
    VocabularyError,
    load_checkpoint,
    load_network,
)
from models.digits import DIGITS, DigitsError, load_digits
from visualize.activations import STATES, read_activations, save_activations
from visualize.drawing import TooLongError
from visualize.images import save_pictures
from visualize.ngrams import NGram, strongest_ngrams
from visualize.page import save_page
from visualize.picture import save_picture
from visualize.terminal import Colors, draw, terminal_colors
from visualize.text_filters import (
    LAYERS,
    UNKNOWN,
    Reading,
    read_lines,
    readable,
    unknown_characters,
)
from visualize.text_filters_page import save_filters_page
from visualize.text_filters_picture import save_filters_picture
from visualize.text_filters_terminal import draw_lines, draw_ngrams

PROGRAM = "glassnet-visualize"
LINE = "very fine letter of ample explanation, regret, and entreaty, to his"
"""What a text autoencoder reads if nothing is asked for: a line of Jane Austen's Persuasion."""


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
    except (_UserError, CheckpointError, DigitsError) as error:
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
        description="Show what the neurons of a trained network respond to, in the terminal or in "
        "the files that are asked for. Of a character LSTM: each character of a text on a "
        "background from white (activation -1; for gates 0) to red (+1). Of a text autoencoder: "
        "each line above a row for each filter, where a denser character is a stronger response, "
        "and above its reconstruction; lines are cut to the length that the network reads. Of an "
        "autoencoder of digits: pictures of all that there is to see, in one folder.",
    )
    parser.add_argument(
        "checkpoint",
        nargs="?",
        type=Path,
        default=SHIPPED / "shakespeare.npz",
        metavar="CHECKPOINT",
        help="the trained network (default: the Shakespeare LSTM that comes with glassnet)",
    )
    source = parser.add_mutually_exclusive_group()
    source.add_argument(
        "--text",
        metavar="FILE",
        help="the UTF-8 text to read, - for the standard input (default: a sample of the "
        "Shakespeare LSTM that comes with glassnet; for a text autoencoder, a line of Jane Austen)",
    )
    source.add_argument(
        "--line",
        metavar="TEXT",
        help="text autoencoder: the line to read, instead of --text (default: none)",
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
        help="which neuron or filter: the layer counts from 1, the index in the layer from 0, as "
        "in 2:345 (default: the neuron of the last layer whose activation varies most over the "
        "text, or the filters that do)",
    )
    parser.add_argument(
        "--filters",
        type=_positive,
        metavar="N",
        help="text autoencoder: how many filters of each layer to draw, those that vary most; the "
        "HTML page has all (default: 10)",
    )
    parser.add_argument(
        "--layer",
        type=_positive,
        metavar="1|2",
        help="text autoencoder: draw the filters of this layer only (default: both)",
    )
    parser.add_argument(
        "--corpus",
        metavar="FILE",
        help="text autoencoder: a UTF-8 text in which to look for the n-grams that excite each "
        "filter most, with counts; characters unknown to the network are spaces (default: none)",
    )
    parser.add_argument(
        "--state",
        type=_states,
        metavar="STATE[,STATE...]",
        help=f"LSTM: what of the neuron: {', '.join(STATES)}, or all (default: hidden). With "
        "several, separated by commas, the terminal and the PNG show the first, and the HTML page "
        "and the export hold all",
    )
    parser.add_argument(
        "--html",
        type=Path,
        metavar="FILE",
        help="write a page for the browser with every neuron or filter; it works offline "
        "(default: none)",
    )
    parser.add_argument("--png", type=Path, metavar="FILE", help="write a picture (default: none)")
    parser.add_argument(
        "--export",
        type=Path,
        metavar="FILE",
        help="LSTM: write the activations of all neurons to an .npz file: an array (characters, "
        "units) for each layer and state, named as in layer1/hidden, and the text as UTF-8 bytes "
        "in text (default: none)",
    )
    parser.add_argument(
        "--out",
        type=Path,
        metavar="FOLDER",
        help="autoencoder of digits: where the pictures go (default: figures/RECIPE)",
    )
    parser.add_argument(
        "--images",
        type=Path,
        metavar="FILE",
        help="autoencoder of digits: an .npz file of the digits to show it, images (N, 28, 28) "
        "uint8 and labels (N,) (default: 2,000 of MNIST's test set, which come with glassnet)",
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
    view = _VIEWS.get(checkpoint.kind)
    if view is None:
        raise _UserError(f"{options.checkpoint}: there is no view of a {checkpoint.kind!r} yet")
    for name, value in vars(options).items():
        if value not in (None, False) and name not in view.options | {"checkpoint", "no_color"}:
            raise _UserError(f"--{name} does not apply to a {checkpoint.kind}")
    view.show(network, options)


def _show_character_lstm(network: CharacterLSTM, options: argparse.Namespace) -> None:
    if options.neuron is not None:
        _check_neuron(options.neuron, [network.units] * len(network.lstms))
    name = str(SHIPPED / "sample.txt") if options.text is None else options.text
    source = _source(name)
    text = _read_text(name)[: options.length]
    states = options.state or ["hidden"]
    try:
        activations = read_activations(network, text, states, progress=True)
    except VocabularyError as error:
        raise _UserError(f"{source}: {error}") from error
    state = states[0]
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
        for line in draw(neuron, *_terminal(options)):
            print(line)
    if options.neuron is None:
        print(
            f"Neuron {index} varies most in layer {layer} on this text; "
            "--neuron LAYER:INDEX shows another."
        )


def _show_text_autoencoder(network: TextAutoencoder, options: argparse.Namespace) -> None:
    sizes = {1: network.filters1, 2: network.filters2}
    layers = [options.layer] if options.layer else list(LAYERS)
    if options.neuron is not None:
        _check_neuron(options.neuron, list(sizes.values()))
        layers = [options.neuron[0]]
        if options.layer not in (None, *layers):
            raise _UserError("--neuron and --layer name different layers")
    if not set(layers) <= set(LAYERS):
        raise _UserError(f"--layer {layers[0]}: there is no such layer; layers are 1 and 2")
    reading = _read_lines(network, options)
    every = {layer: list(range(sizes[layer])) for layer in layers}
    filters = {
        layer: reading.most_varying(layer, 10 if options.filters is None else options.filters)
        for layer in layers
    }
    if options.neuron is not None:
        every = filters = {layers[0]: [options.neuron[1]]}
    ngrams: dict[tuple[int, int], list[NGram]] = {}
    if options.corpus is not None:
        corpus = _read_text(options.corpus)
        if readable(network, corpus).isspace():
            raise _UserError(
                f"{_source(options.corpus)}: holds no character that the network knows"
            )
        for layer in layers:
            found = strongest_ngrams(network, corpus, layer, progress=True)
            ngrams |= {(layer, index): found[index] for index in every[layer]}
    if options.html is not None:
        what = "a line" if options.text is None else Path(_source(options.text)).name
        title = f"{options.checkpoint.name} reading {what}"
        _write(options.html, lambda path: save_filters_page(path, reading, every, ngrams, title))
    if options.png is not None:
        _write(options.png, lambda path: save_filters_picture(path, reading, filters))
    if not (options.html or options.png):
        colors, width = _terminal(options)
        for line in draw_lines(reading, filters, colors, width):
            print(line)
        drawn = {
            (layer, index): ngrams[layer, index]
            for layer in filters
            for index in filters[layer]
            if ngrams
        }
        for line in draw_ngrams(drawn, width):
            print(line)


def _read_lines(network: TextAutoencoder, options: argparse.Namespace) -> Reading:
    """Read the lines that were asked for; say on the standard error what is not read as it is."""
    text = LINE if options.line is None else options.line
    if options.text is not None:
        text = _read_text(options.text)
    lines = [line for line in text[: options.length].split("\n") if line.strip()]
    if not lines:
        raise _UserError(f"{'--line' if options.text is None else _source(options.text)}: is empty")
    longer = sum(len(line) > network.length for line in lines)
    if longer:
        print(
            f"{PROGRAM}: {_lines(longer)} longer than the {network.length} characters that the "
            "network reads; what follows them is left out",
            file=sys.stderr,
        )
    unknown = unknown_characters(network, "".join(line[: network.length] for line in lines))
    if unknown:
        listed = ", ".join(f"{character!r}" for character in unknown[:10])
        print(
            f"{PROGRAM}: read as spaces and drawn as {UNKNOWN}, for the network does not know "
            f"them: {listed}{', ...' if len(unknown) > 10 else ''}",
            file=sys.stderr,
        )
    try:
        return read_lines(network, lines)
    except TooLongError as error:
        raise _UserError(f"{_source(options.text)}: {error}; try a shorter --length") from error


def _show_image_autoencoder(network: ImageAutoencoder, options: argparse.Namespace) -> None:
    checkpoint = load_checkpoint(options.checkpoint)
    folder = options.out or Path("figures") / (checkpoint.recipe or checkpoint.kind)
    images, labels = load_digits(options.images or DIGITS)
    try:
        for path in save_pictures(folder, network, checkpoint, images, labels):
            print(f"wrote {path}", flush=True)
    except ImportError as error:
        raise _UserError(f'{folder}: needs {error.name}: pip install "glassnet[plots]"') from error
    except OSError as error:
        raise _UserError(f"{folder}: can't be written ({error.strerror})") from error


class _View(NamedTuple):
    """How a network is shown, and which options apply to it."""

    show: Callable[[Any, argparse.Namespace], None]
    options: frozenset[str]


_VIEWS = {
    CharacterLSTM.kind: _View(
        _show_character_lstm,
        frozenset({"text", "length", "neuron", "state", "html", "png", "export"}),
    ),
    TextAutoencoder.kind: _View(
        _show_text_autoencoder,
        frozenset(
            {"text", "line", "length", "neuron", "filters", "layer", "corpus", "html", "png"}
        ),
    ),
    **{
        network.kind: _View(_show_image_autoencoder, frozenset({"out", "images"}))
        for network in IMAGE_AUTOENCODERS
    },
}


def _source(name: str) -> str:
    return "standard input" if name == "-" else name


def _read_text(name: str) -> str:
    source = _source(name)
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


def _check_neuron(neuron: tuple[int, int], sizes: Sequence[int]) -> None:
    """Say which neurons there are if the network has no such one (before it reads a long text)."""
    layer, index = neuron
    if not 1 <= layer <= len(sizes):
        raise _UserError(
            f"--neuron {layer}:{index}: there is no layer {layer}; layers are numbered from 1 to "
            f"{len(sizes)}"
        )
    if not index < sizes[layer - 1]:
        raise _UserError(
            f"--neuron {layer}:{index}: there is no neuron {index}; those of a layer are numbered "
            f"from 0 to {sizes[layer - 1] - 1}"
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


def _terminal(options: argparse.Namespace) -> tuple[Colors, int | None]:
    """Return the colours and the width of what is printed to; see `draw`."""
    colors: Colors = "none" if options.no_color else terminal_colors(sys.stdout)
    return colors, shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def _lines(count: int) -> str:
    return "1 line is" if count == 1 else f"{count} lines are"


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
