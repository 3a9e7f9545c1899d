"""`glassnet sample` with a character network: text, written as it is drawn."""

from __future__ import annotations

import argparse
import contextlib
import io
import itertools
import math
import re
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import numpy as np

from glassnet.errors import UsageError, UserError
from glassnet.files import whole_file, write_errors
from glassnet.models import CharacterNetwork, VocabularyError
from glassnet.options import Parser, number, whole_number
from glassnet.sample.command.program import Program, add_seed, new_parser, seed_of, tell_seed
from glassnet.sample.text import stream_text
from glassnet.text import normalized_text, read_standard_input

_FLUSH_SECONDS = 0.02  # what is drawn within this time is shown together
_SEPARATOR = "-" * 40 + "\n"

Write = Callable[[str], object]


def _parser(elsewhere: Iterable[str], subject: str) -> Parser:
    parser = new_parser(
        "Write text with a trained network: the start text first, then every character as it is "
        "drawn.",
        elsewhere,
        subject,
    )
    add = parser.add_argument
    add(
        "--temperature",
        metavar="T",
        type=number("of at least 0", lambda value: value >= 0),
        default=0.5,
        help="divides the logits: 0 always takes the likeliest character, 1 follows the network's "
        "own probabilities, above 1 the text gets wilder (default: 0.5)",
    )
    add(
        "--length",
        metavar="N",
        type=whole_number(0),
        default=1000,
        help="number of characters to draw, the start text not counted (default: 1000)",
    )
    add(
        "--start",
        metavar="TEXT",
        default="",
        help="text to go on from, which the network reads first; - reads it from standard input "
        "(default: none, as at the beginning of a line)",
    )
    add(
        "--top-k",
        metavar="K",
        type=whole_number(1),
        help="draw only among the K likeliest characters (default: all)",
    )
    add(
        "--top-p",
        metavar="P",
        type=number("above 0 and at most 1", lambda value: 0 < value <= 1),
        default=1.0,
        help="draw only among the fewest likeliest characters whose probabilities, at the "
        "temperature and within the top K, sum to at least P (default: 1.0, all)",
    )
    add(
        "--count",
        metavar="N",
        type=whole_number(1),
        default=1,
        help="number of texts, drawn side by side; the first appears as it is drawn and the "
        "others after it, with a line of dashes between (default: 1)",
    )
    for name, explanation in {
        "--clamp": "keep the hidden state of a neuron at a value from -1 to 1 while the network "
        "reads and writes, as in 2:345=1: layers count from 1, neurons from 0; may be given "
        "several times (default: none)",
        "--set": argparse.SUPPRESS,  # its name in earlier versions
    }.items():
        add(
            name,
            dest="clamped",
            metavar="LAYER:INDEX=VALUE",
            type=_clamped,
            action="append",
            help=explanation,
        )
    add_seed(parser, "text")
    add(
        "--out",
        metavar="FILE",
        type=Path,
        help="write to this file, which appears when the text is complete (default: standard "
        "output)",
    )
    return parser


def _clamped(text: str) -> tuple[tuple[int, int], float]:
    match = re.fullmatch(r"([0-9]+):([0-9]+)=([-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+))", text)
    if match is None:
        raise argparse.ArgumentTypeError(f"must be LAYER:INDEX=VALUE, as in 2:345=1, not {text!r}")
    if not -1 <= float(match[3]) <= 1:
        raise argparse.ArgumentTypeError(f"must be a value from -1 to 1, not {match[3]}")
    return (int(match[1]), int(match[2])), float(match[3])


def _run(network: CharacterNetwork, options: argparse.Namespace) -> None:
    if options.out == Path("-"):
        raise UsageError("--out takes a file, not -; without it the text goes to standard output")
    start = read_standard_input() if options.start == "-" else normalized_text(options.start)
    seed = seed_of(options)
    try:
        characters = stream_text(
            network,
            np.random.default_rng(seed),
            start=start,
            length=options.length,
            temperature=options.temperature,
            top_k=options.top_k,
            top_p=options.top_p,
            count=options.count,
            clamped=dict(options.clamped or []),
        )
    except VocabularyError as error:
        raise UserError(f"start text: {error}") from error
    except ValueError as error:  # the parser has checked the other options
        raise UserError(f"--clamp: {error}") from error
    try:
        with _file(options.out) if options.out else _screen() as write:
            tell_seed(options, seed, "text")
            _write_texts(write, characters, start, options.count)
    except FloatingPointError as error:
        raise UserError(f"{options.checkpoint}: {error}") from error


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
        yield write
    finally:  # Ctrl-C leaves a whole line as well
        unfinished = not last.endswith("\n") and sys.stdout.isatty()
        print(end="\n" if unfinished else "", flush=True)


@contextlib.contextmanager
def _file(path: Path) -> Iterator[Write]:
    """Write UTF-8 to a file that appears when all is written."""
    try:
        with write_errors(path), whole_file(path) as file:
            yield lambda text: file.write(text.encode("utf-8", "replace"))
    except KeyboardInterrupt:
        raise KeyboardInterrupt(f"{path} is not written") from None


PROGRAM = Program("character network", CharacterNetwork, _parser, _run)
"""The program for character networks."""
