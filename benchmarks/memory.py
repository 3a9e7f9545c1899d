"""Peak memory of a training process against the formula in the header of nn/recurrent/lstm.py.

    python benchmarks/memory.py

Each case is a process of its own. Of its peak resident memory, what Python, NumPy and the corpus
take (measured before the network is made) is subtracted.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys

import numpy as np
from common.machine import describe
from lstm_training import STEPS, UNITS, corpus

from glassnet.models import CharacterLSTM
from glassnet.nn import RMSprop
from glassnet.train.objectives import StreamObjective
from glassnet.train.workers.threads import limit_threads

CHARACTERS = 65


def formula(streams: int, steps: int) -> float:
    """Return MB: both LSTM layers, the dense layer's logits, and three vectors of parameters.

    The vectors are theta, its gradients, and RMSprop's mean square; logits and their gradient are
    two arrays (T, N, characters).
    """
    layer = 11 * steps * streams * UNITS
    first = layer + (CHARACTERS + 3 * UNITS) * 4 * UNITS
    second = layer + steps * streams * UNITS + (UNITS + 3 * UNITS) * 4 * UNITS
    dense = steps * streams * (2 * CHARACTERS + UNITS)
    parameters = 3 * (4 * UNITS * (CHARACTERS + 3 * UNITS + 2) + CHARACTERS * (UNITS + 1))
    return 4e-6 * (first + second + dense + parameters)


def peak() -> float:
    """Return this process's peak resident memory in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


def measure(streams: int, steps: int) -> None:
    """Make three updates; print MB beyond what was there before the network."""
    vocabulary, ids = corpus(streams, 4 * steps // STEPS + 1)
    before = peak()
    network = CharacterLSTM(vocabulary, units=UNITS).initialize(np.random.default_rng(1))
    limit_threads(network, 2)
    objective = StreamObjective(
        network, ids, streams=streams, k1=steps, k2=steps, generator=np.random.default_rng(2)
    )
    optimizer = RMSprop()
    for step in range(3):
        network.zero_grad()
        objective.compute(step)
        optimizer.step(network.theta, network.grad)
    print(peak() - before)


def main() -> None:
    """Print measured and computed MB for several shapes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--run", type=int, nargs=2, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.run:
        measure(*arguments.run)
        return
    print(describe())
    print("\nstreams  steps  measured MB  formula MB")
    for streams, steps in ((13, 100), (25, 100), (50, 100), (128, 100), (25, 300)):
        command = [sys.executable, __file__, "--run", str(streams), str(steps)]
        printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        print(f"{streams:7}  {steps:5}  {float(printed):11.0f}  {formula(streams, steps):10.0f}")


if __name__ == "__main__":
    main()
