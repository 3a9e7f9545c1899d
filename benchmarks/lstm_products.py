"""What an update of the two-layer, 512-unit LSTM spends its time on, on one thread.

    env -u OPENBLAS_CORETYPE -u OPENBLAS_L2_SIZE python benchmarks/lstm_products.py

First the recurrent product (N, 512) x (512, 2048) of one time step, plain and cut into
column tiles. Then the products of a whole update, each kind on its own, and what the update takes
beyond their sum: gates, copies, the loss and the optimizer.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable

import numpy as np
from common.machine import describe, median_seconds, sgemm_peak
from lstm_training import STEPS, UNITS, flops
from threadpoolctl import threadpool_limits

from glassnet.models import CharacterLSTM, Vocabulary
from glassnet.nn import RMSprop, softmax_cross_entropy
from glassnet.nn.arithmetic.tiles import column_tiles, tiling

CHARACTERS = 65
GATES = 4 * UNITS


def recurrent_products(rows: int) -> tuple[Callable[[], object], Callable[[], object]]:
    """Return h(t-1) Wh for one time step, plain and in tiles as in nn/recurrent/base.py."""
    generator = np.random.default_rng(0)
    h = generator.standard_normal((rows, UNITS), dtype=np.float32)
    weights = generator.standard_normal((UNITS, GATES), dtype=np.float32)
    plain = np.empty((rows, GATES), np.float32)
    blocks, width = tiling(rows, UNITS, UNITS)
    tiles = column_tiles(weights, width)[:, None].copy()  # (4K, 1, H, w)
    h_blocks = h.reshape(blocks, -1, UNITS)  # (B, n, H)
    tiled = np.empty((len(tiles), blocks, rows // blocks, width), np.float32)
    return (
        lambda: np.matmul(h, weights, out=plain),
        lambda: np.matmul(h_blocks, tiles, out=tiled),
    )


def sequence_product(rows: int, inner: int, columns: int) -> Callable[[], object]:
    """Return a product of a whole sequence."""
    generator = np.random.default_rng(0)
    left = generator.standard_normal((rows, inner), dtype=np.float32)
    right = generator.standard_normal((inner, columns), dtype=np.float32)
    out = np.empty((rows, columns), np.float32)
    return lambda: np.matmul(left, right, out=out)


def update(streams: int) -> Callable[[], object]:
    """Return an update of the network."""
    generator = np.random.default_rng(0)
    vocabulary = Vocabulary("".join(map(chr, range(CHARACTERS))))
    network = CharacterLSTM(vocabulary, units=UNITS).initialize(generator)
    ids, targets = generator.integers(0, CHARACTERS, (2, STEPS, streams))
    optimizer = RMSprop()

    def run() -> None:
        network.zero_grad()
        _, dlogits = softmax_cross_entropy(network.forward(ids, train=True), targets)
        network.backward(dlogits)
        network.carry()
        optimizer.step(network.theta, network.grad)

    return run


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    rounds = parser.parse_args().rounds
    print(describe())
    with threadpool_limits(1, user_api="blas"):
        peak = sgemm_peak(1)
        print(f"one thread, peak {peak:.0f} GFLOP/s\n\nrows  tile      plain  tiled  GFLOP/s")
        for rows in (12, 13, 25, 32, 50, 64):
            blocks, width = tiling(rows, UNITS, UNITS)
            gigaflop = 2e-9 * rows * UNITS * GATES
            rates = [
                gigaflop / median_seconds(run, 40 * rounds) for run in recurrent_products(rows)
            ]
            shape = f"{rows // blocks} x {width}"
            print(f"{rows:4}  {shape:8}  {rates[0]:5.0f}  {rates[1]:5.0f}")

        print("\nstreams  update  recurrence  sequence  other   (seconds)  share of peak")
        for streams in (12, 13, 25, 50):
            step = median_seconds(recurrent_products(streams)[1], 40 * rounds)
            recurrence = 4 * STEPS * step  # two layers, forward and backward
            rows = STEPS * streams
            sequence = sum(
                median_seconds(sequence_product(*shape), rounds)
                for shape in [
                    *2 * [(rows, UNITS, GATES)],  # x Wx of the second layer, and as long: dx
                    *3 * [(UNITS, rows, GATES)],  # dWh of both layers, dWx of the second
                    (CHARACTERS, rows, GATES),  # dWx of the first layer
                    *3 * [(rows, UNITS, CHARACTERS)],  # the dense layer
                ]
            )
            total = median_seconds(update(streams), rounds)
            used = flops(streams, CHARACTERS) / total / (peak * 1e9)
            other = total - recurrence - sequence
            print(
                f"{streams:7}  {total:6.3f}  {recurrence:10.3f}  {sequence:8.3f}  {other:5.3f}"
                f"              {used:10.0%}"
            )


if __name__ == "__main__":
    main()
