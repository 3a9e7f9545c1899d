"""An epoch of each image autoencoder: glassnet on 1 and 2 workers, PyTorch, and Keras.

    env -u OPENBLAS_CORETYPE -u OPENBLAS_L2_SIZE python benchmarks/image_autoencoders.py

Each is a process of its own that makes some updates with the recipe's network, batch and optimizer
after a few that do not count; they take turns, round after round, and the table shows the median
of the rounds as seconds for an epoch of all updates. PyTorch and Keras use all cores.

    python benchmarks/image_autoencoders.py RECIPE --quality 10

trains the network in PyTorch for ten epochs just as the recipe does in glassnet, with the same
first weights, the same order of images and the same noise, and prints its test loss after each.
The test is that of glassnet too: no dropout, the mean of a code, and for a denoising network test
images with noise drawn once.
"""

from __future__ import annotations

import argparse
import importlib.util
import math
import os
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from common.machine import describe
from common.updates import updates_of

from glassnet import nn
from glassnet.models import IMAGE_AUTOENCODERS, ImageAutoencoder
from glassnet.models.image_autoencoders import DenoisingAutoencoder, StackedAutoencoder
from glassnet.train.experiments import ImageExperiment
from glassnet.train.recipes import RECIPES
from glassnet.train.workers.communicator import Communicator, SingleProcess
from glassnet.train.workers.processes import start_workers
from glassnet.train.workers.threads import cores, limit_threads

IMAGE_RECIPES = [name for name, recipe in RECIPES.items() if recipe.network in IMAGE_AUTOENCODERS]
WARM_UP = 3


def options_of(recipe: str) -> dict[str, Any]:
    """Return the recipe's options; a stacked network goes straight to its classifier."""
    options = RECIPES[recipe].options.header()
    return options | {"pretraining": 0} if "pretraining" in options else options


def experiment_of(recipe: str) -> ImageExperiment:
    """Return the recipe's experiment, on its data or the fallback."""
    options = RECIPES[recipe].options.updated(options_of(recipe))
    experiment = RECIPES[recipe].load(options, fallback=True)
    assert isinstance(experiment, ImageExperiment)
    return experiment


def print_seconds(update: Callable[[int], object], steps: int, steps_per_epoch: int) -> None:
    """Make some updates and print how long an epoch of such would take."""
    for step in range(WARM_UP):
        update(step)
    began = time.perf_counter()
    for step in range(steps):
        update(step)
    print((time.perf_counter() - began) / steps * steps_per_epoch)


# -- glassnet -----------------------------------------------------------------------------------


def glassnet(recipe: str, workers: int, steps: int) -> None:
    """Train on some workers and print the seconds."""
    if workers == 1:
        _train(recipe, steps, SingleProcess())
        return
    parameters = experiment_of(recipe).network().parameter_count
    with start_workers(workers, parameters, "float32", _train, recipe, steps) as communicator:
        _train(recipe, steps, communicator)


def _train(recipe: str, steps: int, communicator: Communicator) -> None:
    options, experiment = options_of(recipe), experiment_of(recipe)
    network = experiment.network().initialize(np.random.default_rng(1))
    communicator.broadcast(network)
    limit_threads(network, communicator.local_size)
    objective = experiment.objective(
        network, generator=np.random.default_rng(2), communicator=communicator
    )
    objective.start_epoch()
    optimizer = nn.OPTIMIZERS[options["optimizer"]](
        learning_rate=options["learning-rate"], rho=options["rho"]
    )
    update = updates_of(network, objective, optimizer, communicator)
    if communicator.rank == 0:
        print_seconds(update, steps, objective.steps_per_epoch)
    else:
        for step in [*range(WARM_UP), *range(steps)]:
            update(step)


# -- PyTorch ------------------------------------------------------------------------------------


def pytorch(recipe: str, steps: int) -> None:
    """Train in PyTorch, on all cores, and print the seconds."""
    import torch
    from common.pytorch_twin import Twin, make_update, optimizer_like

    options, experiment = options_of(recipe), experiment_of(recipe)
    twin = Twin(experiment.network().initialize(np.random.default_rng(1)).path)
    optimizer = optimizer_like(options, twin)
    images = torch.from_numpy(experiment.images.train_images)
    batches = torch.randperm(len(images)).split(options["batch"])
    labels = torch.from_numpy(experiment.images.train_labels)
    loss_of = _loss_of(twin, isinstance(experiment.network(), StackedAutoencoder))

    def update(step: int) -> None:
        rows = batches[step]
        make_update(loss_of(images[rows], images[rows], labels[rows]), optimizer)

    print_seconds(update, steps, len(batches))


def _loss_of(twin: Any, classifies: bool) -> Callable[[Any, Any, Any], Any]:
    """Return a function (images to read, images to draw, labels) -> loss."""
    from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy

    def loss_of(read: Any, drawn: Any, labels: Any) -> Any:
        output = twin(read)
        if classifies:
            return cross_entropy(output, labels) + twin.auxiliary_loss
        return binary_cross_entropy_with_logits(output, drawn) + twin.auxiliary_loss

    return loss_of


def quality(recipe: str, epochs: int) -> None:
    """Train in PyTorch as the recipe does in glassnet; print the test loss after each epoch."""
    import torch
    from common.pytorch_twin import Twin, make_update, optimizer_like

    options, experiment = options_of(recipe), experiment_of(recipe)
    weights_random, training_random = np.random.default_rng(options["seed"]).spawn(2)
    network = experiment.network().initialize(weights_random)
    twin = Twin(network.path, training_random)
    optimizer = optimizer_like(options, twin)
    classifies = isinstance(network, StackedAutoencoder)
    loss_of = _loss_of(twin, classifies)
    images = torch.from_numpy(experiment.images.train_images)
    labels = torch.from_numpy(experiment.images.train_labels)
    test = torch.from_numpy(experiment.images.test_images)
    read = test
    if isinstance(network, DenoisingAutoencoder):
        read = torch.from_numpy(network.noisy(experiment.images.test_images))
    test_labels = torch.from_numpy(experiment.images.test_labels)
    print(f"PyTorch {torch.__version__}, {torch.get_num_threads()} threads", flush=True)
    for epoch in range(1, epochs + 1):
        began, total = time.perf_counter(), 0.0
        batches = torch.from_numpy(training_random.permutation(len(images))).split(options["batch"])
        twin.train()
        for rows in batches:
            total += make_update(loss_of(images[rows], images[rows], labels[rows]), optimizer)
        seconds, tested = time.perf_counter() - began, 0.0
        twin.eval()
        with torch.no_grad():
            for rows in torch.arange(len(test)).split(options["batch"]):
                tested += loss_of(read[rows], test[rows], test_labels[rows]).item() * len(rows)
        print(
            f"epoch {epoch}  training loss {total / len(batches):.4f}  "
            f"validation loss {tested / len(test):.4f}  {seconds:.1f} s without validation",
            flush=True,
        )


# -- Keras --------------------------------------------------------------------------------------


def keras(recipe: str, steps: int) -> None:
    """Train in Keras, on all cores, and print the seconds."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    from keras import losses, optimizers

    options, experiment = options_of(recipe), experiment_of(recipe)
    network = experiment.network()
    made = _keras_twin(network)
    rate, rho, batch = options["learning-rate"], options["rho"], options["batch"]
    images, targets = experiment.images.train_images, experiment.images.train_images
    loss: Any = losses.BinaryCrossentropy(from_logits=True)
    if isinstance(network, StackedAutoencoder):
        targets = experiment.images.train_labels
        loss = losses.SparseCategoricalCrossentropy(from_logits=True)
    made.compile(
        optimizers.Adadelta(rate, rho)
        if options["optimizer"] == "adadelta"
        else optimizers.RMSprop(rate, rho),
        loss,
    )
    for rows in (WARM_UP * batch, steps * batch):
        began = time.perf_counter()
        made.fit(images[:rows], targets[:rows], batch_size=batch, epochs=1, verbose=0)
    seconds = time.perf_counter() - began
    print(seconds / steps * math.ceil(len(images) / batch))


def _keras_twin(network: ImageAutoencoder) -> Any:
    import keras
    from keras import layers, ops

    class Noise(layers.Layer):
        def __init__(self, deviation: float) -> None:
            super().__init__()
            self.deviation = deviation

        def call(self, x: Any, training: bool = False) -> Any:
            noise = self.deviation * keras.random.normal(ops.shape(x))
            return ops.clip(x + noise, 0, 1) if training else x

    class Penalty(layers.Layer):
        def __init__(self, l1: float) -> None:
            super().__init__()
            self.l1 = l1

        def call(self, x: Any) -> Any:
            self.add_loss(self.l1 * ops.sum(ops.absolute(x)))
            return x

    class Sampling(layers.Layer):
        def __init__(self, size: int, weight: float) -> None:
            super().__init__()
            self.size, self.weight = size, weight

        def call(self, x: Any, training: bool = False) -> Any:
            mean, log_variance = x[:, : self.size], x[:, self.size :]
            divergence = ops.square(mean) + ops.exp(log_variance) - log_variance - 1
            self.add_loss(0.5 * self.weight * ops.mean(ops.sum(divergence, axis=1)))
            noise = keras.random.normal(ops.shape(mean))
            return mean + ops.exp(0.5 * log_variance) * noise if training else mean

    def convolution(made: Any, layer: Any) -> Any:
        return made(layer.out_channels, layer.kernel_size, layer.stride, layer.padding)

    make: dict[type[nn.Layer], Callable[[Any], Any]] = {
        nn.Dense: lambda layer: layers.Dense(layer.out_features),
        nn.ReLU: lambda layer: layers.ReLU(),
        nn.Flatten: lambda layer: layers.Flatten(),
        nn.Reshape: lambda layer: layers.Reshape(layer.shape),
        nn.Dropout: lambda layer: layers.Dropout(layer.rate),
        nn.Conv2D: lambda layer: convolution(layers.Conv2D, layer),
        nn.Conv2DTranspose: lambda layer: convolution(layers.Conv2DTranspose, layer),
        nn.MaxPool2D: lambda layer: layers.MaxPooling2D(layer.pool_size, padding=layer.padding),
        nn.UpSampling2D: lambda layer: layers.UpSampling2D(layer.size),
        nn.ActivityRegularization: lambda layer: Penalty(layer.l1),
        nn.GaussianNoise: lambda layer: Noise(layer.std),
        nn.GaussianSampling: lambda layer: Sampling(layer.size, layer.weight),
    }
    return keras.Sequential(
        [layers.Input((28, 28)), *(make[type(layer)](layer) for layer in network.path)]
    )


# -- the table ----------------------------------------------------------------------------------


def contenders() -> list[str]:
    """Return who takes part: on one core no second worker, and only what is installed."""
    found = ["glassnet-1"]
    if cores() > 1:
        found.append("glassnet-2")
    found += [name for name, module in (("PyTorch", "torch"), ("Keras", "tensorflow"))
              if importlib.util.find_spec(module)]  # fmt: skip
    return found


def compete(name: str, recipe: str, steps: int) -> None:
    """Be one of the contenders and print the seconds of an epoch."""
    if name.startswith("glassnet"):
        glassnet(recipe, int(name[-1]), steps)
    else:
        {"PyTorch": pytorch, "Keras": keras}[name](recipe, steps)


def main() -> None:
    """Take the contenders in turns and print the table, or be one of them."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("recipes", nargs="*", metavar="RECIPE", help="default: all of images")
    parser.add_argument("--rounds", type=int, default=3, help="default 3")
    parser.add_argument("--steps", type=int, default=30, help="updates to measure (default 30)")
    parser.add_argument("--quality", type=int, metavar="EPOCHS", help="train in PyTorch instead")
    parser.add_argument("--be", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    recipes = arguments.recipes or IMAGE_RECIPES
    for recipe in recipes:
        if recipe not in IMAGE_RECIPES:
            parser.error(f"there is no recipe {recipe!r} of images: {', '.join(IMAGE_RECIPES)}")
    if arguments.be:
        compete(arguments.be, recipes[0], arguments.steps)
        return
    if arguments.quality:
        for recipe in recipes:
            print(recipe)
            quality(recipe, arguments.quality)
        return
    print(describe())
    names = contenders()
    print(f"seconds an epoch, from {arguments.steps} updates, median of {arguments.rounds} rounds")
    print(f"{'':31}" + "".join(f"{name:>12}" for name in names))
    for recipe in recipes:
        seconds: dict[str, list[float]] = {name: [] for name in names}
        for _ in range(arguments.rounds):
            for name in names:
                command = [sys.executable, __file__, recipe, "--be", name]
                result = subprocess.run(
                    [*command, "--steps", str(arguments.steps)],
                    check=True,
                    stdout=subprocess.PIPE,
                    text=True,
                )
                seconds[name].append(float(result.stdout.split()[-1]))
        medians = "".join(f"{np.median(seconds[name]):12.2f}" for name in names)
        print(f"{recipe:31}{medians}", flush=True)


if __name__ == "__main__":
    main()
