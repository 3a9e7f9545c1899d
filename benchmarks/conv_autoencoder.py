"""An epoch of the recipe `text-autoencoder`: glassnet on 1 and 2 workers, PyTorch, and Keras.

    env -u OPENBLAS_CORETYPE -u OPENBLAS_L2_SIZE python benchmarks/conv_autoencoder.py

Each is a process of its own that trains the same network on the same lines in batches of 64, and
reports the seconds that the updates of one epoch took after a few that do not count; they take
turns, round after round, and the table shows the median of the rounds. PyTorch and Keras use all
cores; both look the embedding up, as glassnet does, instead of multiplying one-hot rows.

    python benchmarks/conv_autoencoder.py --quality

trains the network in PyTorch just as the recipe does, with the same first weights and the same
order of lines, and prints its validation loss and accuracy after each epoch. In float64 the two
agree update by update; in float32 rounding soon leads them apart, so compare several seeds.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from common.machine import describe
from common.updates import updates_of

from glassnet.models import TextAutoencoder
from glassnet.nn import Array, RMSprop
from glassnet.train.experiments import LineExperiment
from glassnet.train.objectives import split
from glassnet.train.recipes import RECIPES
from glassnet.train.workers.communicator import Communicator, SingleProcess
from glassnet.train.workers.processes import start_workers
from glassnet.train.workers.threads import limit_threads

RECIPE = RECIPES["text-autoencoder"]
OPTIONS = RECIPE.options.header()
BATCH, WARM_UP = OPTIONS["batch"], 5


def load_experiment() -> LineExperiment:
    """Return the recipe's experiment, on its data or the fallback."""
    experiment = RECIPE.load(RECIPE.options, fallback=True)
    assert isinstance(experiment, LineExperiment)
    return experiment


def network_and_lines(
    seed: int = OPTIONS["seed"],
) -> tuple[TextAutoencoder, Array, Array]:
    """Return the recipe's network as a seed makes it, and the lines to train and validate on."""
    weights_random, _ = np.random.default_rng(seed).spawn(2)
    found = load_experiment()
    network = found.network().initialize(weights_random)
    return network, *split(network.encode(found.lines), OPTIONS["validation"])


def timed(update: Callable[[int], object], steps: int) -> float:
    """Return the seconds that updates 0 to steps - 1 take, after some that do not count."""
    for step in range(min(WARM_UP, steps)):
        update(step)
    began = time.perf_counter()
    for step in range(steps):
        update(step)
    return time.perf_counter() - began


# -- glassnet -----------------------------------------------------------------------------------


def glassnet(workers: int, steps: int | None) -> None:
    """Train on some workers and print the seconds."""
    if workers == 1:
        _train(steps, SingleProcess())
        return
    parameters = load_experiment().network().parameter_count
    with start_workers(workers, parameters, "float32", _train, steps) as communicator:
        _train(steps, communicator)


def _train(steps: int | None, communicator: Communicator) -> None:
    found = load_experiment()
    network = found.network().initialize(np.random.default_rng(1))
    communicator.broadcast(network)
    limit_threads(network, communicator.local_size)
    objective = found.objective(
        network, generator=np.random.default_rng(2), communicator=communicator
    )
    objective.start_epoch()
    optimizer = RMSprop(OPTIONS["learning-rate"], OPTIONS["rho"])
    update = updates_of(network, objective, optimizer, communicator)
    seconds = timed(update, steps or objective.steps_per_epoch)
    if communicator.rank == 0:
        print(seconds)


# -- PyTorch ------------------------------------------------------------------------------------


def twin(network: TextAutoencoder) -> Any:
    """Return the network in PyTorch, with the same weights: ids (N, L) -> (N, characters, L)."""
    import torch
    from torch import nn
    from torch.nn import functional

    characters = len(network.vocabulary)

    class Twin(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.embedding = nn.Embedding(characters, network.embedding)
            self.embedding_bias = nn.Parameter(torch.zeros(network.embedding))
            sizes = [
                (network.embedding, network.filters1),
                (network.filters1, network.filters2),
                (network.filters2, network.filters2),
                (network.filters2, network.filters1),
            ]
            self.convolutions = nn.ModuleList(
                nn.Conv1d(*size, network.width, padding="same") for size in sizes
            )
            self.dense = nn.Conv1d(network.filters1, characters, 1)

        def forward(self, ids: torch.Tensor) -> torch.Tensor:
            one, two, three, four = self.convolutions
            h = (self.embedding(ids) + self.embedding_bias).transpose(1, 2)
            h = functional.max_pool1d(functional.relu(one(h)), 2)
            h = functional.max_pool1d(functional.relu(two(h)), 2)
            h = functional.relu(three(functional.interpolate(h, scale_factor=2)))
            h = functional.relu(four(functional.interpolate(h, scale_factor=2)))
            return self.dense(h)

    made = Twin()
    weights = network.parameters
    with torch.no_grad():
        made.embedding.weight.copy_(torch.tensor(weights["embedding.W"]))
        for number, layer in enumerate(made.convolutions, 1):
            kernel = weights[f"convolution{number}.W"]  # (width, inputs, outputs)
            layer.weight.copy_(torch.tensor(kernel.transpose(2, 1, 0)))
        made.dense.weight.copy_(torch.tensor(weights["dense.W"].T[:, :, None]))
        for layer in (*made.convolutions, made.dense):
            layer.bias.zero_()
    return made


def pytorch(steps: int | None) -> None:
    """Train in PyTorch, on all cores, and print the seconds."""
    import torch
    from common.pytorch_twin import make_update, optimizer_like
    from torch.nn.functional import cross_entropy

    network, lines, _ = network_and_lines()
    made, ids = twin(network), torch.tensor(lines)
    optimizer = optimizer_like(OPTIONS, made)
    order = torch.randperm(len(ids))

    def update(step: int) -> None:
        rows = ids[order[step * BATCH : (step + 1) * BATCH]]
        make_update(cross_entropy(made(rows), rows), optimizer)

    print(timed(update, steps or -(-len(ids) // BATCH)))


def quality(epochs: int, seed: int) -> None:
    """Train in PyTorch as the recipe does; print validation loss and accuracy after each epoch."""
    import torch
    from common.pytorch_twin import make_update, optimizer_like
    from torch.nn.functional import cross_entropy

    network, lines, held_out = network_and_lines(seed)
    made, ids = twin(network), torch.tensor(lines)
    optimizer = optimizer_like(OPTIONS, made)
    _, training_random = np.random.default_rng(seed).spawn(2)
    print(f"PyTorch {torch.__version__}, {torch.get_num_threads()} threads", flush=True)
    own = network.text_mask(held_out)
    for epoch in range(1, epochs + 1):
        began, total = time.perf_counter(), 0.0
        order = torch.tensor(training_random.permutation(len(ids)))
        batches = order.split(BATCH)
        for batch in batches:
            rows = ids[batch]
            total += make_update(cross_entropy(made(rows), rows), optimizer)
        seconds = time.perf_counter() - began
        validation, right = 0.0, 0
        with torch.no_grad():
            for start in range(0, len(held_out), BATCH):
                rows = torch.tensor(held_out[start : start + BATCH])
                logits = made(rows)
                validation += cross_entropy(logits, rows).item() * len(rows)
                same = (logits.argmax(1) == rows).numpy()
                right += int((same & own[start : start + BATCH]).sum())
        print(
            f"epoch {epoch}  training loss {total / len(batches):.4f}  "
            f"validation loss {validation / len(held_out):.4f}  "
            f"validation accuracy {right / own.sum():.4f}  {seconds:.1f} s without validation",
            flush=True,
        )


# -- Keras --------------------------------------------------------------------------------------


def keras(steps: int | None) -> None:
    """Train in Keras, on all cores, and print the seconds."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    from keras import Sequential, layers, losses, optimizers

    network, lines, _ = network_and_lines()

    def convolution(filters: int) -> Any:
        return layers.Conv1D(filters, network.width, padding="same", activation="relu")

    made = Sequential(
        [
            layers.Embedding(len(network.vocabulary), network.embedding),
            convolution(network.filters1),
            layers.MaxPooling1D(2),
            convolution(network.filters2),
            layers.MaxPooling1D(2),
            layers.UpSampling1D(2),
            convolution(network.filters2),
            layers.UpSampling1D(2),
            convolution(network.filters1),
            layers.Dense(len(network.vocabulary)),
        ]
    )
    made.compile(
        optimizers.RMSprop(OPTIONS["learning-rate"], OPTIONS["rho"]),
        losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    lines = lines[: None if steps is None else steps * BATCH]
    for rows in (lines[: WARM_UP * BATCH], lines):
        began = time.perf_counter()
        made.fit(rows, rows, batch_size=BATCH, epochs=1, verbose=0)
    print(time.perf_counter() - began)


# -- the table ----------------------------------------------------------------------------------


def main() -> None:
    """Take the contenders in turns and print the table, or be one of them."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--steps", type=int, help="updates instead of a whole epoch")
    parser.add_argument("--quality", action="store_true", help="train the recipe in PyTorch")
    parser.add_argument("--epochs", type=int, default=OPTIONS["epochs"], help="of --quality")
    parser.add_argument("--seed", type=int, default=OPTIONS["seed"], help="of --quality")
    parser.add_argument("--run", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.quality:
        quality(arguments.epochs, arguments.seed)
        return
    if arguments.run:
        others = {"PyTorch": pytorch, "Keras": keras}
        if arguments.run in others:
            others[arguments.run](arguments.steps)
        else:
            glassnet(int(arguments.run.split()[0]), arguments.steps)
        return

    print(describe())
    contenders = [f"{workers} worker" for workers in arguments.workers]
    for name, module in (("PyTorch", "torch"), ("Keras", "keras")):
        if importlib.util.find_spec(module):
            contenders.append(name)
    seconds: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(arguments.rounds):
        for name in contenders:
            command = [sys.executable, __file__, "--run", name]
            command += [] if arguments.steps is None else ["--steps", str(arguments.steps)]
            printed = subprocess.run(command, check=True, capture_output=True, text=True)
            seconds[name].append(float(printed.stdout.split()[-1]))
    what = "an epoch" if arguments.steps is None else f"{arguments.steps} updates"
    print(f"\nseconds for {what}, median of {arguments.rounds} rounds")
    for name in contenders:
        row = f"{name:10} {np.median(seconds[name]):7.2f}"
        for other in contenders[len(arguments.workers) :]:
            if name != other:
                ratio = np.median(np.array(seconds[other]) / np.array(seconds[name]))
                row += f"   {ratio:.2f} x {other}"
        print(row)


if __name__ == "__main__":
    main()
