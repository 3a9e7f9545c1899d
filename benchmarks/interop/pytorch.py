"""Whether glassnet and PyTorch compute the same after weights went from one to the other.

    python benchmarks/interop/pytorch.py

First every layer that both have, in float64 and in both directions. Then random stacks of LSTM, GRU
and RNN cells, of one to three layers and random sizes, in one or both directions, with biases or
without, in float32: to PyTorch by a file, the outputs compared, and back, the weights compared bit
for bit; and random weights of PyTorch's to glassnet. The program fails if outputs differ by more
than 1e-12 or 1e-6, or a weight by a single bit.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from interop.pairs import PAIRS, from_pytorch, output, to_pytorch

from glassnet import nn
from glassnet.convert import Converted, read, write

LAYER_LIMIT, CELL_LIMIT = 1e-12, 1e-6
KINDS: dict[str, tuple[type[nn.LSTM | nn.GRU | nn.SimpleRNN], Any]] = {
    "LSTM": (nn.LSTM, torch.nn.LSTM),
    "GRU": (nn.GRU, torch.nn.GRU),
    "SimpleRNN": (nn.SimpleRNN, torch.nn.RNN),
}


class Case:
    """A random stack of cells in both frameworks, its weights random in glassnet's."""

    def __init__(self, kind: str, generator: np.random.Generator) -> None:
        ours, theirs = KINDS[kind]
        layers, both = int(generator.integers(1, 4)), bool(generator.integers(2))
        self.bias = bool(generator.integers(2))
        inputs, units = (int(size) for size in generator.integers(1, 33, 2))
        width = 2 * units if both else units
        cells = [ours(width if number else inputs, units) for number in range(layers)]
        stack = [nn.Bidirectional(cell) if both else cell for cell in cells]
        self.network = nn.Sequential(*stack).initialize(generator)
        for name, value in self.network.parameters.items():
            biased = name.rpartition(".")[2] in ("b", "bh")
            bound = 0.0 if biased and not self.bias else units**-0.5  # as in PyTorch
            value[...] = generator.uniform(-bound, bound, value.shape)
        self.module = theirs(inputs, units, layers, bias=self.bias, bidirectional=both)
        self.x = generator.standard_normal((12, 3, inputs), np.float32)

    def to_pytorch(self, path: Path) -> tuple[float, bool]:
        """Return how far outputs differ, and whether the weights come back as they were."""
        write(Converted(self.network), path)
        tensors = torch.load(path, weights_only=True)
        wanted = self.module.state_dict()
        # The file has a module for each layer; PyTorch's own stack has a number for each.
        renamed = {}
        for number, name in enumerate(self.network.layers):
            for full_name, tensor in tensors.items():
                path_there, _, local = full_name.partition(".")
                if path_there == name:
                    renamed[local.replace("_l0", f"_l{number}")] = tensor
        self.module.load_state_dict({name: renamed[name] for name in wanted})
        same = read(path).network.theta.tobytes() == self.network.theta.tobytes()
        return self._difference(self.network), same

    def from_pytorch(self, path: Path) -> float:
        """Return how far outputs differ after PyTorch's own random weights went to glassnet."""
        self.module.reset_parameters()
        torch.save({f"rnn.{name}": value for name, value in self.module.state_dict().items()}, path)
        return self._difference(read(path).network)

    def _difference(self, network: nn.Layer) -> float:
        return float(np.abs(network(self.x) - output(self.module, self.x)).max())


def cells(kind: str, count: int, seed: int = 1) -> tuple[float, float, int]:
    """Return the largest differences to PyTorch and from it, and how many came back the same."""
    generator = np.random.default_rng(seed)
    torch.manual_seed(seed)
    there = back = 0.0
    identical = 0
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(count):
            case = Case(kind, generator)
            difference, same = case.to_pytorch(Path(folder) / "cells.pt")
            there, identical = max(there, difference), identical + same
            back = max(back, case.from_pytorch(Path(folder) / "cells.pt"))
    return there, back, identical


def main() -> int:
    """Print both tables and return 1 if anything differs."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=1000, help="random stacks of each kind")
    count = parser.parse_args().count
    print(f"PyTorch {torch.__version__}, NumPy {np.__version__}\n")
    print("| layer | to PyTorch | from PyTorch |")
    print("| --- | --- | --- |")
    wrong = False
    for name, pair in PAIRS.items():
        there, back = to_pytorch(pair), from_pytorch(pair)
        wrong |= max(there, back) > LAYER_LIMIT
        print(f"| {name} | {there:.1e} | {back:.1e} |")
    print("\n| random stacks | to PyTorch | from PyTorch | same weights after the way back |")
    print("| --- | --- | --- | --- |")
    for kind in KINDS:
        there, back, identical = cells(kind, count)
        wrong |= max(there, back) > CELL_LIMIT or identical < count
        print(f"| {kind} | {there:.1e} | {back:.1e} | {identical} of {count} |", flush=True)
    return int(wrong)


if __name__ == "__main__":
    sys.exit(main())
