"""Whether Keras and onnxruntime compute the same as glassnet from files that it wrote, and back.

    python benchmarks/interop/formats.py

Random stacks of LSTM, GRU and RNN cells, of one to three layers and random sizes, in one or both
directions, with sequences or the last step as output, with biases or without, in float32: to Keras
and to ONNX by a file, the outputs compared, and back, the weights compared bit for bit; and random
weights of Keras' to glassnet. It needs Keras with PyTorch, h5py, onnx and onnxruntime. The program
fails if outputs differ by more than 1e-6 or a weight by a single bit.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from glassnet import nn
from glassnet.convert import Converted, read, write
from glassnet.nn import Array

LIMIT = 1e-6
KINDS = ("LSTM", "GRU", "GRU, reset before", "SimpleRNN", "SimpleRNN, relu")


def random_network(kind: str, generator: np.random.Generator) -> nn.Sequential:
    """Return a random stack of cells."""
    count, both = int(generator.integers(1, 4)), bool(generator.integers(2))
    last, bias = bool(generator.integers(2)), bool(generator.integers(2))
    inputs, *units = (int(size) for size in generator.integers(1, 33, count + 1))
    layers: list[nn.Layer] = []
    for number, size in enumerate(units):
        cell: nn.Layer
        if kind == "LSTM":
            cell = nn.LSTM(inputs, size)
        elif kind.startswith("GRU"):
            cell = nn.GRU(inputs, size, reset_after=kind == "GRU")
        else:
            cell = nn.SimpleRNN(inputs, size, "relu" if kind.endswith("relu") else "tanh")
        last_step = last and number == count - 1
        layers.append(nn.Bidirectional(cell, last_step=last_step) if both else cell)
        inputs = 2 * size if both else size
    if last and not both:
        layers.append(nn.LastStep())
    network = nn.Sequential(*layers).initialize(generator)
    for name, value in network.parameters.items():
        zero = not bias and name.rpartition(".")[2] in ("b", "bh")
        bound = 0.0 if zero else len(value) ** -0.5 if value.ndim == 2 else 0.3
        value[...] = generator.uniform(-bound, bound, value.shape)
    return network


def keras_output(model: Any, x: Array) -> Array:
    """Return what a Keras model computes of x (T, N, D), with glassnet's axes."""
    y: Array = model(x.swapaxes(0, 1)).detach().numpy()
    return y.swapaxes(0, 1) if y.ndim == 3 else y


def to_keras(network: nn.Sequential, x: Array, path: Path) -> tuple[float, bool, float]:
    """Return how far outputs differ, whether the weights come back, and the way from Keras."""
    os.environ.setdefault("KERAS_BACKEND", "torch")
    import keras
    import torch

    torch.set_num_threads(1)  # products this small take longer on two
    write(Converted(network), path)
    model = keras.models.load_model(path)
    there = difference(network(x), keras_output(model, x))
    same = read(path).network.theta.tobytes() == network.theta.tobytes()
    generator = np.random.default_rng(3)
    model.set_weights(
        [generator.uniform(-1, 1, w.shape) / w.shape[0] ** 0.5 for w in model.weights]
    )
    model.save(path)
    return there, same, difference(read(path).network(x), keras_output(model, x))


def to_onnx(network: nn.Sequential, x: Array, path: Path) -> tuple[float, bool]:
    """Return how far outputs differ, and whether the weights come back as they were."""
    import onnxruntime

    write(Converted(network), path)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    feed = {
        value.name: np.zeros((x.shape[1], value.shape[1]), np.float32)
        for value in session.get_inputs()[1:]  # states
    }
    y = session.run(["output"], {"input": x, **feed})[0]
    same = read(path).network.theta.tobytes() == network.theta.tobytes()
    return difference(network(x), y), same


def difference(one: Array, other: Array) -> float:
    """Return the largest difference."""
    return float(np.abs(one - other).max())


def measured(kind: str, count: int, seed: int = 1) -> tuple[list[float], int]:
    """Return the largest differences to Keras, from Keras and to ONNX, and how many came back."""
    generator = np.random.default_rng(seed)
    largest, identical = [0.0] * 3, 0
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(count):
            network = random_network(kind, generator)
            first = next(iter(network.parameters.values()))
            x = generator.standard_normal((12, 3, len(first)), np.float32)
            there, same, back = to_keras(network, x, Path(folder) / "cells.keras")
            onnx, same_of_onnx = to_onnx(network, x, Path(folder) / "cells.onnx")
            largest = [max(pair) for pair in zip(largest, (there, back, onnx), strict=True)]
            identical += same and same_of_onnx
    return largest, identical


def main() -> int:
    """Print the table and return 1 if anything differs."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=200, help="random stacks of each kind")
    count = parser.parse_args().count
    print("| random stacks | to Keras | from Keras | to ONNX | same weights after both ways back |")
    print("| --- | --- | --- | --- | --- |")
    wrong = False
    for kind in KINDS:
        largest, identical = measured(kind, count)
        wrong |= max(largest) > LIMIT or identical < count
        figures = " | ".join(f"{value:.1e}" for value in largest)
        print(f"| {kind} | {figures} | {identical} of {count} |", flush=True)
    return int(wrong)


if __name__ == "__main__":
    sys.exit(main())
