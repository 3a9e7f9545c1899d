"""The command `glassnet-sample`: write text with a trained network, as it is drawn; or digits."""

from __future__ import annotations

import argparse
import contextlib
import io
import itertools
import math
import os
import re
import secrets
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from glassnet.files import whole_file
from glassnet.models import (
    SHIPPED,
    CharacterNetwork,
    CheckpointError,
    ImageAutoencoder,
    VocabularyError,
    load_network,
)
from glassnet.models.digits import DigitsError
from glassnet.sample.images import draw_images, morph_digits, save_images
from glassnet.sample.text import check_options, stream_text
from glassnet.text import normalized_text

_FLUSH_SECONDS = 0.02  # what is drawn within this time is shown together
_SEPARATOR = "-" * 40 + "\n"
_MOST_DIGITS = 10_000  # in one picture, which then takes 2 GB of memory
_MORPH_STEPS = 12  # images from one digit to the other, if --count does not say

Write = Callable[[str], object]


class _OutputError(Exception):
    """What was drawn can't be written; the message says where and why."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command with these arguments (default: the process's) and return its exit status.

    0: done, or nobody reads the output any more (`| head`). 1: something is wrong with a file or
    the start text, said in one line. 2: wrong usage (argparse exits). 130: interrupted.
    """
    parser = _parser()
    options = parser.parse_args(argv)
    if options.count is None:
        options.count = 1 if options.morph is None else _MORPH_STEPS
    try:
        check_options(**_drawing(options))
    except ValueError as error:
        parser.error(str(error))
    if options.out == Path("-"):
        parser.error("out takes a file, not -; without it the text goes to standard output")
    if options.seed is not None and options.seed < 0:
        parser.error(f"seed must be at least 0, not {options.seed}")
    try:
        # Products as small as these gain little from threads, which on a busy machine wait for
        # each other many times longer than they work.
        with threadpool_limits(1, user_api="blas"):
            _sample(parser, options)
    except KeyboardInterrupt:
        unwritten = f"; {options.out} is not written" if options.out else ""
        print(f"glassnet-sample: interrupted{unwritten}", file=sys.stderr)
        return 130
    except BrokenPipeError:
        return 0
    except (CheckpointError, DigitsError, _OutputError) as error:
        return _fail(error)
    except VocabularyError as error:
        return _fail(f"start text: {error}")
    except FloatingPointError as error:
        return _fail(f"{options.checkpoint}: {error}")
    except MemoryError:
        return _fail("there is not enough memory")
    return 0


def _fail(message: object) -> int:
    print(f"glassnet-sample: {message}", file=sys.stderr)
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="glassnet-sample",
        usage="%(prog)s [CHECKPOINT] [options]",
        description="Write text with a trained network. The start text comes first, then every "
        "character as it is drawn. An autoencoder of digits draws a picture instead: for it there "
        "are --count, --morph, --seed and --out.",
    )
    parser.add_argument(
        "checkpoint",
        metavar="CHECKPOINT",
        nargs="?",
        type=Path,
        default=SHIPPED / "shakespeare.npz",
        help="file of the network (default: the Shakespeare network that comes with glassnet)",
    )
    add = parser.add_argument
    add(
        "--temperature",
        metavar="T",
        type=float,
        default=0.5,
        help="divides the logits: towards 0 the text keeps to what is likeliest (0 always takes "
        "the likeliest character), 1 follows the network's own probabilities, above 1 the text "
        "gets wilder (default: %(default)s)",
    )
    add(
        "--length",
        metavar="N",
        type=int,
        default=1000,
        help="number of characters to draw, the start text not counted (default: %(default)s)",
    )
    add(
        "--start",
        metavar="TEXT",
        default="",
        help="text to go on from, all of which the network reads first; - reads it from standard "
        "input (default: none, as at the beginning of a line)",
    )
    add(
        "--top-k",
        metavar="K",
        type=int,
        help="draw only among the K likeliest characters (default: all)",
    )
    add(
        "--top-p",
        metavar="P",
        type=float,
        default=1.0,
        help="draw only among the fewest likeliest characters whose probabilities, at the "
        "temperature and within the top K, sum to at least P (default: %(default)s, all)",
    )
    add(
        "--seed",
        metavar="N",
        type=int,
        help="start of the random numbers: the same seed and options give the same text "
        "(default: a fresh one, told on standard error)",
    )
    add(
        "--count",
        metavar="N",
        type=int,
        help="number of texts, drawn side by side; the first appears as it is drawn and the "
        "others after it, with a line of dashes between; or number of digits in the picture "
        f"(default: 1; {_MORPH_STEPS} for --morph)",
    )
    add(
        "--morph",
        metavar="A,B",
        type=_two_digits,
        help="draw how a digit A turns into a digit B along a line between their codes, in COUNT "
        "steps (default: draw new digits)",
    )
    add(
        "--set",
        dest="held",
        metavar="LAYER:INDEX=VALUE",
        type=_held,
        action="append",
        help="hold the hidden state of a neuron at a value from -1 to 1 while the network reads "
        "and writes, as in 2:345=1: the layer counts from 1, the neuron from 0; may be given "
        "several times (default: none)",
    )
    add(
        "--out",
        metavar="FILE",
        type=Path,
        help="write to this file, which appears when the text is complete (default: standard "
        "output); digits are written as PNG",
    )
    return parser


def _two_digits(value: str) -> tuple[int, int]:
    if not re.fullmatch("[0-9],[0-9]", value):
        raise argparse.ArgumentTypeError(f"{value!r} is not two digits, as in 3,8")
    return int(value[0]), int(value[2])


def _held(value: str) -> tuple[tuple[int, int], float]:
    match = re.fullmatch(r"([0-9]+):([0-9]+)=([-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+))", value)
    if match is None:
        raise argparse.ArgumentTypeError(f"{value!r} is not LAYER:INDEX=VALUE, as in 2:345=1")
    if not -1 <= float(match[3]) <= 1:
        raise argparse.ArgumentTypeError(
            f"{value!r}: a hidden state lies between -1 and 1, which {match[3]} does not"
        )
    return (int(match[1]), int(match[2])), float(match[3])


def _drawing(options: argparse.Namespace) -> dict[str, Any]:
    """Return the options that go on to `stream_text` as they are."""
    names = ("length", "temperature", "top_k", "top_p", "count")
    return {name: getattr(options, name) for name in names}


def _sample(parser: argparse.ArgumentParser, options: argparse.Namespace) -> None:
    """Draw and write what the options ask for."""
    network, checkpoint = load_network(options.checkpoint)
    if isinstance(network, ImageAutoencoder):
        for name in ("start", "length", "temperature", "top_k", "top_p", "held"):
            if getattr(options, name) != parser.get_default(name):
                option = {"held": "set"}.get(name, name.replace("_", "-"))
                raise CheckpointError(f"{options.checkpoint}: draws digits; --{option} needs text")
        fewest = 1 if options.morph is None else 2
        if not fewest <= options.count <= _MOST_DIGITS:
            parser.error(
                f"count must be from {fewest} to {_MOST_DIGITS:,} here, not {options.count}"
            )
        _sample_images(network, options)
        return
    if not isinstance(network, CharacterNetwork):
        raise CheckpointError(
            f"{options.checkpoint}: holds a {checkpoint.kind!r}, which does not write text"
        )
    if options.morph is not None:
        raise CheckpointError(f"{options.checkpoint}: writes text; --morph needs digits")
    start = _standard_input() if options.start == "-" else normalized_text(options.start)
    seed = secrets.randbits(32) if options.seed is None else options.seed
    generator = np.random.default_rng(seed)
    held = dict(options.held or [])
    try:
        characters = stream_text(network, generator, start=start, held=held, **_drawing(options))
    except VocabularyError:
        raise
    except ValueError as error:  # the other options have been checked
        raise CheckpointError(f"--set: {error}") from error
    destination = _file(options.out) if options.out else _screen()
    with destination as write:
        if options.seed is None:
            print(f"glassnet-sample: --seed {seed} draws this text again", file=sys.stderr)
        _write_texts(write, characters, start, options.count)


def _sample_images(network: ImageAutoencoder, options: argparse.Namespace) -> None:
    """Draw digits, or one turning into another, and write them to the file asked for."""
    if options.out is None:
        raise CheckpointError(f"{options.checkpoint}: draws a picture; say where to with --out")
    seed = secrets.randbits(32) if options.seed is None else options.seed
    generator = np.random.default_rng(seed)
    if options.morph is None:
        try:
            images = draw_images(network, generator, options.count)
        except ValueError as error:  # it is not variational
            raise CheckpointError(f"{options.checkpoint}: {error}") from error
        columns = math.ceil(math.sqrt(options.count))
    else:
        images = morph_digits(network, generator, options.morph, options.count)
        columns = options.count
    try:
        save_images(options.out, images, columns)
    except ImportError as error:
        raise _OutputError(
            f'{options.out}: needs {error.name}: pip install "glassnet[plots]"'
        ) from error
    except OSError as error:
        raise _OutputError(f"{options.out}: can't be written ({error.strerror})") from error
    if options.seed is None:
        print(f"glassnet-sample: --seed {seed} draws these again", file=sys.stderr)


def _write_texts(write: Write, characters: Iterator[str], start: str, count: int) -> None:
    """Write the first text as it is drawn, then the others, with a separator before each."""
    write(start)
    steps = []
    for step in characters:
        write(step[0])
        if count > 1:
            steps.append(step)
    texts = [start + "".join(step[number] for step in steps) for number in range(count)]
    for previous, text in itertools.pairwise(texts):
        write(_SEPARATOR if previous.endswith("\n") else "\n" + _SEPARATOR)
        write(text)


def _standard_input() -> str:
    """Return all of standard input, which is UTF-8."""
    if sys.stdin is None:
        return ""
    try:
        return normalized_text(sys.stdin.buffer.read().decode("utf-8"))
    except UnicodeDecodeError as error:
        raise VocabularyError(f"is not UTF-8 text (see byte {error.start})") from None


@contextlib.contextmanager
def _screen() -> Iterator[Write]:
    """Write to standard output as UTF-8, often enough to be seen at once; end a terminal's line."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", errors="replace")
    flushed, last = -math.inf, "\n"

    def write(text: str) -> None:
        nonlocal flushed, last
        last = text or last  # first: Ctrl-C may come before print returns
        now = time.monotonic()
        flush = now - flushed >= _FLUSH_SECONDS
        print(text, end="", flush=flush)
        if flush:
            flushed = now

    try:
        try:
            yield write
        finally:  # Ctrl-C leaves a whole line as well
            unfinished = not last.endswith("\n") and sys.stdout is not None and sys.stdout.isatty()
            print(end="\n" if unfinished else "", flush=True)
    except OSError as error:
        # Python flushes standard output again when it exits: let that go nowhere, not fail.
        with contextlib.suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if isinstance(error, BrokenPipeError):
            raise
        raise _OutputError(f"standard output: can't be written ({error.strerror})") from error


@contextlib.contextmanager
def _file(path: Path) -> Iterator[Write]:
    """Write UTF-8 to a file that appears when all is written."""
    try:
        with whole_file(path) as file:
            yield lambda text: file.write(text.encode("utf-8", "replace"))
    except OSError as error:
        raise _OutputError(f"{path}: can't be written ({error.strerror})") from error
