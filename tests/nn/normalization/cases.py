"""What the tests of normalizations share."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from glassnet.nn import Array, Layer


def ready(layer: Layer, seed: int = 0) -> Layer:
    """Return a float64 layer whose scale and shift are not 1 and 0."""
    generator = np.random.default_rng(seed)
    layer.initialize(generator, np.float64)
    layer.theta += 0.3 * generator.standard_normal(layer.theta.size)
    return layer


def check_against_pytorch(
    layer: Layer, theirs: Callable[[Any, Any], Any], x: Array, train: bool = False
) -> None:
    """Compare outputs and all gradients with those of a module of PyTorch, given torch and x."""
    torch = pytest.importorskip("torch")
    dy = np.cos(3 * x)
    y = np.array(layer.forward(x, train))
    layer.zero_grad()
    found = {"x": np.array(layer.backward(dy)), **layer.gradients}
    tx = torch.tensor(x, requires_grad=True)
    module = theirs(torch, tx)
    with torch.no_grad():
        for name, parameter in module.named_parameters():
            ours = {"weight": "gamma", "bias": "beta"}[name]
            parameter.copy_(torch.tensor(layer.parameters[ours]))
    ty = module(tx)
    ty.backward(torch.tensor(dy))
    expected = {"weight": "gamma", "bias": "beta"}
    gradients = {expected[name]: p.grad for name, p in module.named_parameters()}
    np.testing.assert_allclose(y, ty.detach().numpy(), rtol=1e-12, atol=1e-12)
    for name, gradient in {"x": tx.grad, **gradients}.items():
        np.testing.assert_allclose(
            found[name], gradient.numpy(), rtol=1e-11, atol=1e-12, err_msg=name
        )
