"""The same network in PyTorch, trained alongside."""

from typing import Any

import numpy as np
import pytest

from glassnet.nn import (
    OPTIMIZERS,
    Array,
    BatchShard,
    mean_squared_error,
    sigmoid_binary_cross_entropy,
    softmax_cross_entropy,
)


def train_both(
    network: Any, layers: list[Any], x: Array, targets: Array, options: dict[str, Any], loss: Any
) -> tuple[list[float], list[float], Any]:
    """Make three updates of the network and of its twin; return both losses, and the twin."""
    torch = pytest.importorskip("torch")
    from benchmarks.common.pytorch_twin import Twin, optimizer_like

    torch.set_num_threads(1)  # these products are too small to share
    twin = Twin(layers, np.random.default_rng(5))
    their_optimizer = optimizer_like(options, twin)
    optimizer = OPTIMIZERS[options["optimizer"]](
        learning_rate=options["learning-rate"], rho=options["rho"]
    )
    their_loss = {
        sigmoid_binary_cross_entropy: torch.nn.functional.binary_cross_entropy_with_logits,
        softmax_cross_entropy: torch.nn.functional.cross_entropy,
        mean_squared_error: torch.nn.functional.mse_loss,
    }[loss]
    losses: tuple[list[float], list[float]] = ([], [])
    for _ in range(3):
        network.zero_grad()
        value, dy = loss(network.forward(x, train=True), targets)
        losses[0].append(value + network.total_auxiliary_loss())
        network.backward(dy)
        optimizer.step(network.theta, network.grad)
        total = their_loss(twin(torch.from_numpy(x)), torch.from_numpy(targets))
        total = total + twin.auxiliary_loss
        losses[1].append(total.item())
        their_optimizer.zero_grad()
        total.backward()
        their_optimizer.step()
    return *losses, twin


def assert_same(ours: list[float], theirs: list[float], twin: Any) -> None:
    np.testing.assert_allclose(ours, theirs, rtol=1e-9)
    for layer, W, b in twin.weights():
        np.testing.assert_allclose(layer.W, W, atol=1e-9, err_msg=type(layer).__name__)
        np.testing.assert_allclose(layer.b, b, atol=1e-9, err_msg=type(layer).__name__)


def start(network: Any) -> Any:
    """Initialize in float64, with biases away from zero; noise comes from seed 5."""
    network.initialize(np.random.default_rng(5), np.float64)
    generator = np.random.default_rng(6)
    for name, parameter in network.parameters.items():
        if name.endswith(".b"):
            parameter[...] = 0.1 * generator.standard_normal(parameter.shape)
    network.set_batch_shard(BatchShard(np.random.default_rng(5)))
    return network
