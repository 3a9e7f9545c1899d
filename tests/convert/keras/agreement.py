"""What the tests of Keras' files share: random weights, and outputs of Keras itself."""

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from glassnet.convert import Converted, read, write
from glassnet.convert.structure.axes import axes_of
from glassnet.convert.structure.steps import steps_of
from glassnet.nn import Array, Layer, Sequential


def keras_module() -> Any:
    """Keras on PyTorch; the test is skipped where one of them is not installed."""
    pytest.importorskip("torch").set_num_threads(1)  # small products take longer on two
    os.environ.setdefault("KERAS_BACKEND", "torch")
    return pytest.importorskip("keras")


def with_random_weights(network: Layer, seed: int = 1) -> Layer:
    """The network, initialized, with numbers that all differ."""
    generator = np.random.default_rng(seed)
    network.initialize(generator)
    network.theta = generator.normal(0, 0.5, network.theta.size)
    for name, value in network.arrays.items():
        if name.endswith("running_mean"):
            value[...] = generator.normal(size=value.shape).astype(np.float32)
        if name.endswith("running_var"):
            value[...] = generator.uniform(0.5, 2, value.shape).astype(np.float32)
    return network


def randomized(model: Any, seed: int = 1) -> Any:
    """A Keras model whose weights are random, those that start at zero as well."""
    generator = np.random.default_rng(seed)
    model.set_weights([generator.uniform(0.1, 1, value.shape) for value in model.get_weights()])
    return model


def swapped(x: Array, time_major: bool) -> Array:
    return x.swapaxes(0, 1) if time_major else x


def require_agreement(network: Layer, x: Array, folder: Path) -> None:
    """Hold a network to what Keras makes of the file that is written of it."""
    keras = keras_module()
    path = folder / "network.keras"
    write(Converted(network), path)
    axes = axes_of(steps_of(network))
    theirs = keras.models.load_model(path)(swapped(x, axes[0].time_major))
    ours = swapped(network(x), axes[-1].time_major)
    scale = max(1.0, float(np.abs(ours).max()))
    np.testing.assert_allclose(ours, theirs.detach().cpu().numpy(), rtol=0, atol=2e-6 * scale)


def require_round_trip(network: Layer, x: Array, folder: Path, suffix: str = ".keras") -> None:
    """Hold what is read of a network's file to the network itself, to the last bit."""
    write(Converted(network), folder / f"network{suffix}")
    again = read(folder / f"network{suffix}").network
    assert isinstance(again, Sequential)
    ours = [array.tobytes() for array in network.arrays.values()]
    assert [array.tobytes() for array in again.arrays.values()] == ours
    kinds = [layer.kind for _, layer in steps_of(network)]
    assert [layer.kind for _, layer in steps_of(again)] == kinds
    assert network(x).tobytes() == again(x).tobytes()


def require_reading(model: Any, x: Array, folder: Path, time_major: bool = False) -> Layer:
    """Hold the network that a Keras model's file is read as to the model."""
    randomized(model)
    model.save(folder / "model.keras")
    network = read(folder / "model.keras").network
    theirs = model(x).detach().cpu().numpy()
    ours = network(swapped(x, time_major))
    if time_major and ours.shape != theirs.shape:
        ours = ours.swapaxes(0, 1)
    np.testing.assert_allclose(ours, theirs, atol=2e-6, rtol=2e-6)
    return network
