"""How much of what a network writes is copied from the text it was trained on.

    python benchmarks/verbatim.py [CHECKPOINT] [--characters 100000] [--temperature 0.5]

Draws text, finds for each of its characters the longest stretch from there on that also stands in
the training part of the corpus, and prints how much of the text lies in long ones, and the longest.
Beside it stands the held-out part of the corpus: what a text of the same kind repeats by itself.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import common  # noqa: F401  (makes the clone's glassnet importable)
import numpy as np
from tqdm import tqdm

from glassnet.models import SHIPPED, CharacterLSTM, CheckpointError, load_network
from glassnet.nn import Array
from glassnet.sample.text import stream_text
from glassnet.train.data import DataError, load_text
from glassnet.train.workers.threads import one_thread

STRETCHES = (20, 30, 50, 100)


def match_lengths(text: str, corpus: str) -> Array:
    """Return for each place in a text the length of the longest stretch from there in the corpus.

    The stretch from the next place is at most one shorter, so that about two searches a character
    are enough.
    """
    lengths = np.zeros(len(text), np.int64)
    length = 0
    for place in tqdm(range(len(text)), leave=False, disable=None):
        length = max(0, length - 1)
        while place + length < len(text) and text[place : place + length + 1] in corpus:
            length += 1
        lengths[place] = length
    return lengths


def covered(lengths: Array, shortest: int) -> float:
    """Return the share of characters that lie in a stretch at least so long."""
    steps = np.zeros(len(lengths) + 1, np.int64)
    places = np.flatnonzero(lengths >= shortest)
    np.add.at(steps, places, 1)
    np.add.at(steps, places + lengths[places], -1)
    return float(np.mean(steps.cumsum()[:-1] > 0))


def longest(lengths: Array, count: int) -> list[tuple[int, int]]:
    """Return (place, length) of the longest stretches of which none is the end of another."""
    whole = np.flatnonzero(lengths > np.concatenate([[0], lengths[:-1]]) - 1)
    order = whole[np.argsort(-lengths[whole], kind="stable")][:count]
    return [(int(place), int(lengths[place])) for place in order]


def report(name: str, text: str, corpus: str, count: int = 5) -> None:
    """Print what one text copies."""
    lengths = match_lengths(text, corpus)
    shares = ", ".join(f"{covered(lengths, n):.1%} in {n} or more" for n in STRETCHES)
    print(f"{name}: {len(text):,} characters, of which verbatim in stretches of: {shares}")
    for place, length in longest(lengths, count):
        print(f"  {length:4}  {text[place : place + length]!r}")


def main() -> None:
    """Draw, compare and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    default = SHIPPED / "shakespeare.npz"
    parser.add_argument("checkpoint", nargs="?", type=Path, default=default)
    parser.add_argument("--characters", type=int, default=100_000)
    parser.add_argument("--temperature", type=float, default=0.5)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    try:
        network, checkpoint = load_network(arguments.checkpoint)
        if not isinstance(network, CharacterLSTM):
            parser.error(f"{arguments.checkpoint} holds a {network.kind}, not a character-lstm")
        corpus = load_text(checkpoint.options["data"]).text
    except (CheckpointError, DataError) as error:
        parser.error(str(error))
    cut = len(corpus) - int(len(corpus) * checkpoint.options["validation"])
    count = 10  # texts side by side
    with one_thread():
        drawn = stream_text(
            network,
            np.random.default_rng(arguments.seed),
            length=-(-arguments.characters // count),
            temperature=arguments.temperature,
            count=count,
        )
        texts = map("".join, zip(*drawn, strict=True))
        text = "".join(texts)[: arguments.characters]
        report(f"drawn at temperature {arguments.temperature:g}", text, corpus[:cut])
    report("held out", corpus[cut:][: arguments.characters], corpus[:cut])


if __name__ == "__main__":
    main()
