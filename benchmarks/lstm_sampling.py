"""Sampling from the two-layer, 512-unit LSTM, character by character: glassnet and PyTorch.

    env -u OPENBLAS_CORETYPE -u OPENBLAS_L2_SIZE python benchmarks/lstm_sampling.py

Every contender draws from softmax(logits / 0.5) and feeds the character back. They take turns,
and the table shows the median of the rounds: of PyTorch with one thread and with one for each core.
"""

from __future__ import annotations

import argparse
import importlib.util
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from common.machine import describe
from threadpoolctl import threadpool_limits

from glassnet.models import CharacterLSTM, Vocabulary
from glassnet.sample.text import stream_text

CHARACTERS, UNITS, TEMPERATURE = 65, 512, 0.5

Contender = Callable[[int], object]


def glassnet(count: int) -> Contender:
    """Return a function that draws this many characters for each of `count` texts."""
    vocabulary = Vocabulary("".join(map(chr, range(32, 32 + CHARACTERS))))
    network = CharacterLSTM(vocabulary, units=UNITS).initialize(np.random.default_rng(0))

    def run(length: int) -> None:
        with threadpool_limits(1, user_api="blas"):  # as sample/command/main.py does
            generator = np.random.default_rng(1)
            texts = stream_text(
                network, generator, length=length, temperature=TEMPERATURE, count=count
            )
            for _ in texts:
                pass

    return run


def pytorch(module: str, threads: int, count: int = 1) -> Contender:
    """Return the same for a loop over `LSTMCell`, or over `nn.LSTM` with sequences of length 1."""
    import torch
    from torch.nn.functional import one_hot

    dense = torch.nn.Linear(UNITS, CHARACTERS)
    if module == "LSTM":
        lstm = torch.nn.LSTM(CHARACTERS, UNITS, 2)
    else:
        cells = [torch.nn.LSTMCell(CHARACTERS, UNITS), torch.nn.LSTMCell(UNITS, UNITS)]

    def run(length: int) -> None:
        torch.set_num_threads(threads)
        ids = torch.zeros(count, dtype=torch.long)
        states: list[Any] = [None, None]
        state = None
        with torch.inference_mode():
            for _ in range(length):
                x = one_hot(ids, CHARACTERS).float()
                if module == "LSTM":
                    y, state = lstm(x[None], state)
                    x = y[0]
                else:
                    for number, cell in enumerate(cells):
                        states[number] = cell(x, states[number])
                        x = states[number][0]
                probabilities = torch.softmax(dense(x) / TEMPERATURE, dim=1)
                ids = torch.multinomial(probabilities, 1)[:, 0]

    return run


def main() -> None:
    """Take the contenders in turns and print characters/s, all texts together."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--length", type=int, default=300, help="characters of a round")
    parser.add_argument("--counts", type=int, nargs="+", default=[1, 8, 64])
    arguments = parser.parse_args()
    print(describe())
    contenders = {
        f"glassnet, {count} at once": (count, glassnet(count)) for count in arguments.counts
    }
    if importlib.util.find_spec("torch"):
        import torch

        print(f"PyTorch {torch.__version__}")
        for module in ("LSTMCell", "LSTM"):
            for threads in sorted({1, torch.get_num_threads()}):
                name = f"PyTorch {module}, {threads} thread{'s' * (threads > 1)}"
                contenders[name] = (1, pytorch(module, threads))
        contenders["PyTorch LSTMCell, 64 at once"] = (
            64,
            pytorch("LSTMCell", torch.get_num_threads(), 64),
        )
    rates: dict[str, list[float]] = {name: [] for name in contenders}
    for _, run in contenders.values():
        run(10)
    for _ in range(arguments.rounds):
        for name, (count, run) in contenders.items():
            began = time.perf_counter()
            run(arguments.length)
            rates[name].append(count * arguments.length / (time.perf_counter() - began))
    medians = {name: float(np.median(found)) for name, found in rates.items()}
    print()
    for name, median in medians.items():
        print(f"{name:32} {median:10,.0f} characters/s")
    one = medians[f"glassnet, {arguments.counts[0]} at once"]
    for name, median in medians.items():
        if name.startswith("PyTorch") and "64" not in name:
            print(f"one text is {one / median:.2f} x {name}")
    for count in arguments.counts[1:]:
        print(f"{count} at once is {medians[f'glassnet, {count} at once'] / one:.2f} x one")


if __name__ == "__main__":
    main()
