"""How training scales over processes and MPI ranks, and what a model of it predicts for clusters.

    env -u OPENBLAS_CORETYPE -u OPENBLAS_L2_SIZE python benchmarks/scaling.py

Measured: characters/s and efficiency on 1 .. cores workers of this machine, by processes and by
MPI (where `mpiexec` is there), and the seconds of one worker at several numbers of streams.

Predicted: an update on P ranks with n streams each takes

    T(P, n) = a + b n  +  2 (P - 1)/P · bytes / bandwidth  +  2 log2(P) · latency

a + b n is fitted to what was measured on one core. The rest is the cost of a reduce-scatter and an
all-gather of the 13 MB of gradients and parameters (Thakur, Rabenseifner & Gropp 2005, section 4);
bandwidth and latency are those of the network assumed, so these rows are a forecast, not a
measurement.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
from common.machine import describe
from lstm_training import LAYERS, STEPS, UNITS, corpus

from glassnet.models import CharacterLSTM
from glassnet.train.workers.threads import cores

LATENCY = 20e-6  # seconds from rank to rank, as of TCP in a data centre
TRAINING = str(Path(__file__).with_name("lstm_training.py"))


def seconds_of(workers: int, streams: int, updates: int, mpi: bool = False) -> float:
    """Return the median seconds of an update, run as `lstm_training.py` runs it."""
    command = [sys.executable, TRAINING, "--updates", str(updates), "--run"]
    command += ["mpi" if mpi else str(workers), str(streams)]
    if mpi:
        command = ["mpiexec", "-n", str(workers), *command]
    own = set(sorted(os.sched_getaffinity(0))[:workers])  # one core to a worker
    printed = subprocess.run(
        command,
        check=True,
        capture_output=True,
        text=True,
        preexec_fn=lambda: os.sched_setaffinity(0, own),
    )
    return float(printed.stdout)


def main() -> None:
    """Measure, fit and predict."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--streams", type=int, default=50, help="shared among the workers")
    parser.add_argument("--fit", type=int, nargs="+", default=[12, 25, 50, 100])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--updates", type=int, default=8)
    arguments = parser.parse_args()
    print(describe())
    network = CharacterLSTM(corpus(1, 1)[0], LAYERS, UNITS)
    size = 4 * network.parameter_count
    print(f"{size / 1e6:.1f} MB of gradients are summed in each update\n")

    cases = {f"{workers} process": (workers, False) for workers in range(1, cores() + 1)}
    if shutil.which("mpiexec"):
        cases |= {f"{ranks} MPI rank": (ranks, True) for ranks in range(1, cores() + 1)}
    found: dict[object, list[float]] = {key: [] for key in (*cases, *arguments.fit)}
    for _ in range(arguments.rounds):
        for name, (workers, mpi) in cases.items():
            found[name].append(seconds_of(workers, arguments.streams, arguments.updates, mpi))
        for streams in arguments.fit:
            found[streams].append(seconds_of(1, streams, arguments.updates))
    seconds = {key: float(np.median(values)) for key, values in found.items()}

    print(
        f"{arguments.streams} streams       s/update  characters/s  efficiency  MB moved a worker"
    )
    alone = seconds["1 process"]
    for name, (workers, _) in cases.items():
        rate = arguments.streams * STEPS / seconds[name]
        moved = 2 * (workers - 1) / workers * size / 1e6
        efficiency = alone / seconds[name] / workers
        print(f"{name:16}  {seconds[name]:8.3f}  {rate:12,.0f}  {efficiency:9.0%}  {moved:16.1f}")

    measured = [seconds[streams] for streams in arguments.fit]
    b, a = np.polyfit(arguments.fit, measured, 1)
    worst = max(abs(a + b * n - t) / t for n, t in zip(arguments.fit, measured, strict=True))
    print(f"\none core: T = {a:.3f} s + {b * 1e3:.2f} ms · streams (off by {worst:.0%} at most)")
    print("\nforecast, one core a rank, 25 streams a rank")
    print("ranks  network      s/update  characters/s  efficiency")
    for ranks in (8, 64, 512):
        for gigabits in (10, 100):
            network_seconds = 2 * (ranks - 1) / ranks * size / (gigabits * 1e9 / 8)
            total = a + 25 * b + network_seconds + 2 * np.log2(ranks) * LATENCY
            rate = ranks * 25 * STEPS / total
            efficiency = (a + 25 * b) / total
            print(
                f"{ranks:5}  {gigabits:3} Gbit/s  {total:10.3f}  {rate:12,.0f}  {efficiency:9.0%}"
            )


if __name__ == "__main__":
    main()
