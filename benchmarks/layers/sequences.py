"""Recurrent layers and attention: forward and backward in glassnet and in PyTorch.

    env -u OPENBLAS_CORETYPE -u OPENBLAS_L2_SIZE python benchmarks/layers/sequences.py

On two cores glassnet trains with two workers, each of which has half of the sequences. So one
worker's time for half of them is compared with PyTorch's for all of them on two threads, and with
PyTorch's for half of them on one thread. The three take turns, round after round; the table shows
medians and their ratios. What glassnet's two workers lose by sharing the memory is not in it.
On a busy machine PyTorch's threads wait for each other at every step: `--one-thread` leaves that
comparison out.

A recurrent layer has as many inputs as units. PyTorch's GRU applies the reset gate after the
recurrent product; glassnet's GRU that applies it before, as the first paper does, is compared with
that one as well. Attention is causal, with heads of 32 features.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from threadpoolctl import threadpool_limits

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from common.machine import describe
from common.passes import glassnet
from common.turns import Work, medians

from glassnet import nn

_HEAD = 32  # features


class Case(NamedTuple):
    """A layer of D features or units, its twin, and the sequences (T, N, D) that both read."""

    name: str
    glassnet: Callable[[int], nn.Layer]
    pytorch: Callable[[int], Any]
    shape: tuple[int, int, int]


class CausalAttention(torch.nn.Module):  # type: ignore[misc]
    """`torch.nn.MultiheadAttention` of a sequence to itself, with a causal mask."""

    def __init__(self, features: int, steps: int) -> None:
        super().__init__()
        self.attention = torch.nn.MultiheadAttention(features, max(1, features // _HEAD))
        self.mask = torch.nn.Transformer.generate_square_subsequent_mask(steps)

    def forward(self, x: Any) -> Any:
        """Return the output (T, N, D), and no weights, which take longer."""
        return self.attention(x, x, x, attn_mask=self.mask, need_weights=False, is_causal=True)


def cases(steps: int, units: int, streams: list[int]) -> list[Case]:
    """Return the layers with their sizes; attention reads sequences of 256 steps in full size."""
    layers: dict[str, tuple[Callable[[int], nn.Layer], Callable[[int], Any]]] = {
        "LSTM": (lambda D: nn.LSTM(D, D), lambda D: torch.nn.LSTM(D, D)),
        "GRU": (lambda D: nn.GRU(D, D), lambda D: torch.nn.GRU(D, D)),
        "GRU, reset before": (
            lambda D: nn.GRU(D, D, reset_after=False),
            lambda D: torch.nn.GRU(D, D),
        ),
        "SimpleRNN": (lambda D: nn.SimpleRNN(D, D), lambda D: torch.nn.RNN(D, D)),
    }
    found = [
        Case(name, *both, (steps, rows, units)) for name, both in layers.items() for rows in streams
    ]
    long, features = 256 * steps // 50, units // 2
    attention = Case(
        "MultiHeadAttention, causal",
        lambda D: nn.MultiHeadAttention(D, heads=max(1, D // _HEAD), causal=True),
        lambda D: CausalAttention(D, long),
        (long, 16, features),
    )
    return [*found, attention]


def pytorch(make: Callable[[int], Any], x: nn.Array, dy: nn.Array, threads: int) -> Work:
    """Return the same in PyTorch."""
    tx, tdy = torch.tensor(x, requires_grad=True), torch.tensor(dy)
    module = make(x.shape[-1])
    tensors = [tx, *module.parameters()]

    def work() -> None:
        torch.set_num_threads(threads)
        torch.autograd.grad(module(tx)[0], tensors, tdy)

    return work


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=15, help="rounds that count")
    parser.add_argument("--steps", type=int, default=50, help="time steps of recurrent layers")
    parser.add_argument("--units", type=int, default=512, help="units of recurrent layers")
    parser.add_argument("--streams", type=int, nargs="+", default=[25, 50])
    parser.add_argument("--one-thread", action="store_true", help="compare on one thread only")
    parser.add_argument("--only", default="", help="only layers whose name begins so")
    arguments = parser.parse_args()
    print(f"{describe()}, PyTorch {torch.__version__}\n")
    print("| layer | input | glassnet, half | PyTorch, all | ratio | PyTorch, half | ratio |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    generator = np.random.default_rng(0)
    for name, ours, theirs, shape in cases(arguments.steps, arguments.units, arguments.streams):
        if not name.startswith(arguments.only):
            continue
        x, dy = (generator.standard_normal(shape, np.float32) for _ in range(2))
        half = np.ascontiguousarray(x[:, ::2]), np.ascontiguousarray(dy[:, ::2])
        works = [glassnet(ours, *half), pytorch(theirs, *half, 1)]
        if not arguments.one_thread:
            works.append(pytorch(theirs, x, dy, 2))
        with threadpool_limits(1, user_api="blas"):
            own, part, *rest = medians(works, arguments.rounds)
        whole = f"{rest[0]:.1f} ms | {own / rest[0]:.2f}" if rest else "– | –"
        print(
            f"| {name} | {' × '.join(map(str, shape))} | {own:.1f} ms | {whole} | "
            f"{part:.1f} ms | {own / part:.2f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
