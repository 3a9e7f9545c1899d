"""`glassnet-visualize`: show what the neurons of a trained network respond to."""

from __future__ import annotations

import argparse
import io
import os
import re
import sys
import textwrap
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from glassnet.models import (
    IMAGE_AUTOENCODERS,
    SHIPPED,
    CharacterLSTM,
    CheckpointError,
    TextAutoencoder,
    load_network,
)
from glassnet.models.digits import DigitsError
from glassnet.visualize.command.common import PROGRAM, UserError
from glassnet.visualize.command.digits import show_image_autoencoder
from glassnet.visualize.command.filters import show_text_autoencoder
from glassnet.visualize.command.neurons import show_character_lstm
from glassnet.visualize.neurons.activations import STATES
from glassnet.visualize.neurons.search.hypotheses import HYPOTHESES


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command with these arguments (None: the program's own); return its exit status.

    0 if all went well, 1 after one line on the standard error that says what is wrong, 130 after
    Ctrl-C. Arguments that make no sense end the program with status 2, as argparse does.
    """
    options = _parser().parse_args(argv)
    if sys.stdout is None:  # closed by the shell
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal that is not UTF-8 shows ? instead
    try:
        _run(options)
        sys.stdout.flush()
    except KeyboardInterrupt:
        print(f"{PROGRAM}: interrupted", file=sys.stderr)
        return 130
    except (UserError, CheckpointError, DigitsError) as error:
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


class _WholeWords(argparse.HelpFormatter):
    """Help whose lines do not break within names such as since-newline."""

    def _split_lines(self, text: str, width: int) -> list[str]:
        return textwrap.wrap(" ".join(text.split()), width, break_on_hyphens=False)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=PROGRAM,
        usage="%(prog)s [CHECKPOINT] [options]",
        formatter_class=_WholeWords,
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
        help="a UTF-8 text to look through. Text autoencoder: for the n-grams that excite each "
        "filter most, with counts; characters unknown to the network are spaces. LSTM: for the "
        "places where each neuron is strongest and weakest, for the HTML page (default: none)",
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
    search = parser.add_argument_group(
        "what neurons of an LSTM mean",
        "Every neuron is scored against hypotheses about the text: the best are chosen on the "
        "first half of the text and reported on the second, which takes a text of 1,000 characters "
        "and deserves one of 100,000 (--text). What is shown then are the first 5,000 characters "
        "of the second half.",
    )
    which = search.add_mutually_exclusive_group()
    which.add_argument(
        "--find",
        type=_hypothesis,
        metavar="HYPOTHESIS",
        help="rank the neurons that tell this, and show the best; one of "
        f"{', '.join(HYPOTHESES)} (default: none)",
    )
    which.add_argument(
        "--report",
        action="store_true",
        help="print the best neuron for each hypothesis (default: don't)",
    )
    search.add_argument(
        "--match",
        metavar="REGEX",
        help="a hypothesis of your own: the character lies inside a match of this regular "
        "expression (default: none)",
    )
    search.add_argument(
        "--predicate",
        type=_file_and_function,
        metavar="FILE.py:FUNCTION",
        help="a hypothesis of your own: a Python function that is given the text and returns a "
        "sequence with a bool (yes or no) or a number (a quantity) for each character; the file "
        "is run (default: none)",
    )
    search.add_argument(
        "--ablate",
        type=_neuron_or_all,
        metavar="LAYER:INDEX|all",
        help="print what the text costs the network when the hidden state of this neuron is held "
        "at its mean; with all, the ten neurons that cost most, which takes minutes "
        "(default: none)",
    )
    search.add_argument(
        "--json",
        type=Path,
        metavar="FILE",
        help="write what was found to a JSON file (default: none)",
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
        raise UserError(f"{options.checkpoint}: there is no view of a {checkpoint.kind!r} yet")
    for name, value in vars(options).items():
        if value not in (None, False) and name not in view.options | {"checkpoint", "no_color"}:
            raise UserError(f"--{name} does not apply to a {checkpoint.kind}")
    named = [path for path in (options.html, options.png, options.export, options.json) if path]
    for path in named:
        if named.count(path) > 1:
            raise UserError(f"{path}: is to be two files at once")
    view.show(network, options)


class _View(NamedTuple):
    """How a network is shown, and which options apply to it."""

    show: Callable[[Any, argparse.Namespace], None]
    options: frozenset[str]


_VIEWS = {
    CharacterLSTM.kind: _View(
        show_character_lstm,
        frozenset(
            {"text", "length", "neuron", "state", "corpus", "html", "png", "export"}
            | {"find", "match", "predicate", "report", "ablate", "json"}
        ),
    ),
    TextAutoencoder.kind: _View(
        show_text_autoencoder,
        frozenset(
            {"text", "line", "length", "neuron", "filters", "layer", "corpus", "html", "png"}
        ),
    ),
    **{
        network.kind: _View(show_image_autoencoder, frozenset({"out", "images"}))
        for network in IMAGE_AUTOENCODERS
    },
}


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


def _hypothesis(value: str) -> str:
    if value not in HYPOTHESES:
        raise argparse.ArgumentTypeError(f"{value!r} is none of {', '.join(HYPOTHESES)}")
    return value


def _file_and_function(value: str) -> tuple[str, str]:
    path, _, name = value.rpartition(":")
    if not path or not name.isidentifier():
        raise argparse.ArgumentTypeError(f"{value!r} is not FILE.py:FUNCTION")
    return path, name


def _neuron_or_all(value: str) -> tuple[int, int] | str:
    return value if value == "all" else _layer_and_index(value)
