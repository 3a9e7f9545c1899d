"""Updates of the two-layer, 512-unit LSTM: glassnet on 1 and 2 workers, and PyTorch's nn.LSTM.

    env -u OPENBLAS_CORETYPE -u OPENBLAS_L2_SIZE python benchmarks/lstm_training.py

Each is a process of its own that makes a few updates and reports their median; they take turns,
round after round, and the table shows the median of the rounds. All do the same work on the same
text: one-hot characters, T = 100 steps, cross-entropy, RMSprop, state carried on.
"""

from __future__ import annotations

import argparse
import importlib.util
import subprocess
import sys
import time

import numpy as np
from common.machine import describe, sgemm_peak
from common.updates import updates_of

from glassnet.models import CharacterLSTM, Vocabulary
from glassnet.nn import RMSprop
from glassnet.train.data import load_text_or_fallback
from glassnet.train.objectives import StreamObjective
from glassnet.train.workers.communicator import Communicator, SingleProcess
from glassnet.train.workers.mpi import MPI
from glassnet.train.workers.processes import start_workers
from glassnet.train.workers.threads import cores, limit_threads

STEPS, UNITS, LAYERS = 100, 512, 2
WARM_UP = 2


def corpus(streams: int, updates: int) -> tuple[Vocabulary, np.ndarray]:
    """Return the vocabulary, and ids just long enough for the updates."""
    text = load_text_or_fallback("tinyshakespeare").text
    vocabulary = Vocabulary.of(text)
    ids = vocabulary.encode(text)
    needed = streams * STEPS * updates + 1
    return vocabulary, np.tile(ids, -(-needed // len(ids)))[:needed]


def flops(streams: int, characters: int) -> float:
    """Return the operations of the matrix products of one update, forward and backward.

    Each weight is multiplied once forward and twice backward, at 2 operations; the first layer's
    Wx is only gathered forward, and multiplied once backward.
    """
    recurrent, dense = UNITS * 4 * UNITS, UNITS * characters
    weights = 3 * (recurrent * (2 * LAYERS - 1) + dense) + characters * 4 * UNITS
    return 2.0 * streams * STEPS * weights


def glassnet(streams: int, workers: int, updates: int) -> None:
    """Make the updates on some workers and print the median seconds of one."""
    if workers == 1:
        _updates(streams, updates, SingleProcess())
        return
    parameters = CharacterLSTM(corpus(streams, updates)[0], LAYERS, UNITS).parameter_count
    with start_workers(workers, parameters, "float32", _updates, streams, updates) as communicator:
        _updates(streams, updates, communicator)


def _updates(streams: int, updates: int, communicator: Communicator) -> None:
    vocabulary, ids = corpus(streams, updates)
    network = CharacterLSTM(vocabulary, LAYERS, UNITS).initialize(np.random.default_rng(1))
    communicator.broadcast(network)
    limit_threads(network, communicator.local_size)
    generator = np.random.default_rng(2)
    objective = StreamObjective(
        network,
        ids,
        streams=streams,
        k1=STEPS,
        k2=STEPS,
        generator=generator,
        communicator=communicator,
    )
    optimizer = RMSprop(learning_rate=1e-3, rho=0.95)
    update = updates_of(network, objective, optimizer, communicator)
    seconds = []
    for step in range(updates):
        began = time.perf_counter()
        update(step)
        seconds.append(time.perf_counter() - began)
    if communicator.rank == 0:
        print(np.median(seconds[WARM_UP:]))


def pytorch(streams: int, updates: int) -> None:
    """Make the updates in PyTorch, on all cores, and print the median seconds of one."""
    import torch
    from common.pytorch_twin import make_update
    from shakespeare_pytorch import Network
    from torch.nn.functional import cross_entropy

    vocabulary, ids = corpus(streams, updates)
    starts = np.arange(streams) * (len(ids) // streams)
    inputs = torch.tensor(ids[starts + np.arange(STEPS * updates)[:, None]])
    targets = torch.tensor(ids[starts + np.arange(STEPS * updates)[:, None] + 1])
    network = Network(len(vocabulary), LAYERS, UNITS)
    optimizer = torch.optim.RMSprop(network.parameters(), lr=1e-3, alpha=0.95)
    seconds, state = [], None
    for step in range(updates):
        began = time.perf_counter()
        window = slice(step * STEPS, (step + 1) * STEPS)
        logits, state = network(inputs[window], state)
        state = tuple(part.detach() for part in state)
        loss = cross_entropy(logits.reshape(-1, len(vocabulary)), targets[window].reshape(-1))
        make_update(loss, optimizer)
        seconds.append(time.perf_counter() - began)
    print(np.median(seconds[WARM_UP:]))


def main() -> None:
    """Take the contenders in turns and print the table, or be one of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--streams", type=int, nargs="+", default=[25, 50, 64, 128])
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--updates", type=int, default=8, help="of which the first 2 do not count")
    parser.add_argument("--run", nargs=2, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.run:
        name, streams = arguments.run
        if name == "PyTorch":
            pytorch(int(streams), arguments.updates)
        elif name == "mpi":
            _updates(int(streams), arguments.updates, MPI())
        else:
            glassnet(int(streams), int(name), arguments.updates)
        return

    print(describe())
    contenders = [str(workers) for workers in arguments.workers]
    if importlib.util.find_spec("torch"):
        import torch

        print(f"PyTorch {torch.__version__}, {torch.get_num_threads()} threads")
        contenders.append("PyTorch")
    characters = len(corpus(1, 1)[0])
    names = [name if name == "PyTorch" else f"{name} worker" for name in contenders]
    print(f"\nstreams  {'  '.join(f'{name:>22}' for name in names)}  peak GFLOP/s")
    for streams in arguments.streams:
        seconds: dict[str, list[float]] = {name: [] for name in contenders}
        peaks = []
        for _ in range(arguments.rounds):
            peaks.append(sgemm_peak(cores()))
            for name in contenders:
                command = [sys.executable, __file__, "--run", name, str(streams)]
                command += ["--updates", str(arguments.updates)]
                printed = subprocess.run(command, check=True, capture_output=True, text=True)
                seconds[name].append(float(printed.stdout))
        peak = float(np.median(peaks))
        cells = []
        for name in contenders:
            median = float(np.median(seconds[name]))
            rate = streams * STEPS / median
            used = 100e-9 * flops(streams, characters) / median / peak
            cells.append(f"{median:.3f} s {rate:6,.0f}/s {used:3.0f} %")
        print(
            f"{streams:7}  {'  '.join(f'{cell:>22}' for cell in cells)}  {peak:12.0f}", flush=True
        )
        if "PyTorch" in contenders:
            for name in contenders[:-1]:
                pairs = np.array(seconds["PyTorch"]) / np.array(seconds[name])
                print(f"{'':9}{name} worker: {np.median(pairs):.2f} x PyTorch", flush=True)


if __name__ == "__main__":
    main()
