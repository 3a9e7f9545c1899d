"""What the tests of all activations share: agreement with PyTorch, and the last forward counts."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from glassnet.nn import Array, Layer


def check_against_pytorch(layer: Layer, theirs: Callable[[Any], Any], x: Array) -> None:
    """Compare outputs and gradients with those of a function of PyTorch, which is given torch."""
    torch = pytest.importorskip("torch")
    y = layer.forward(x)
    dx = layer.backward(np.cos(x))
    tx = torch.tensor(x, requires_grad=True)
    ty = theirs(torch)(tx)
    ty.backward(torch.cos(tx.detach()))
    np.testing.assert_allclose(y, ty.detach().numpy(), rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(dx, tx.grad.numpy(), rtol=1e-12, atol=1e-12)


def check_huge_inputs(
    layer: Layer, dtype: type[np.floating], y: list[list[float]], dx: list[list[float]] | None
) -> None:
    """Compare outputs and gradients far from 0, where nothing overflows; warnings are errors."""
    found = layer.forward(np.array([[1e4, -1e4, 0], [-1e4, -1e4, -1e4]], dtype))
    gradients = layer.backward(np.ones_like(found))
    assert found.dtype == gradients.dtype == dtype
    np.testing.assert_allclose(found, y, atol=1e-7)
    assert np.all(np.isfinite(gradients))
    if dx is not None:
        np.testing.assert_allclose(gradients, dx, atol=1e-7)


def check_last_forward_counts(kind: Callable[[], Layer], generator: np.random.Generator) -> None:
    """Check that `backward` uses the last `forward`, also of another shape."""
    layer, fresh = kind(), kind()
    x = generator.standard_normal((2, 3))
    layer.forward(generator.standard_normal((4, 5)))
    layer.forward(x)
    fresh.forward(x)
    dy = generator.standard_normal((2, 3))
    np.testing.assert_array_equal(layer.backward(dy), fresh.backward(dy))
