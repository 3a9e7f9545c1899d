from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given

from glassnet.nn import ELU, GELU, Array, Layer, LeakyReLU, SiLU, Softplus, plain
from glassnet.nn.testing import arrays, shapes

PAIRS: dict[str, tuple[Callable[[Array], tuple[Array, Array]], Layer]] = {
    "leaky_relu": (plain.leaky_relu, LeakyReLU()),
    "leaky_relu of 0.3": (lambda x: plain.leaky_relu(x, 0.3), LeakyReLU(0.3)),
    "elu": (plain.elu, ELU()),
    "elu of 0.3": (lambda x: plain.elu(x, 0.3), ELU(0.3)),
    "gelu": (plain.gelu, GELU()),
    "gelu_tanh": (plain.gelu_tanh, GELU("tanh")),
    "silu": (plain.silu, SiLU()),
    "softplus": (plain.softplus, Softplus()),
    "softplus of 2": (lambda x: plain.softplus(x, 2.0), Softplus(2.0)),
}


@pytest.mark.parametrize("name", PAIRS)
@given(x=arrays(shapes(2), scale=3.0))
def test_equals_the_fast_layer(name: str, x: Array) -> None:
    function, layer = PAIRS[name]
    y, slopes = function(x)
    np.testing.assert_allclose(y, layer.forward(x), rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(slopes, layer.backward(np.ones_like(x)), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("name", PAIRS)
def test_slopes_are_those_of_the_values(name: str) -> None:
    function, _ = PAIRS[name]
    x, h = np.array([-4.0, -1.3, -0.2, 0.4, 2.5]), 1e-6
    rise = (function(x + h)[0] - function(x - h)[0]) / (2 * h)
    np.testing.assert_allclose(function(x)[1], rise, atol=1e-9)


def test_the_slopes_at_zero_are_those_of_the_left() -> None:
    for function, slope in ((plain.leaky_relu, 0.3), (plain.elu, 0.3)):
        y, slopes = function(np.zeros(1), slope)
        assert (y, slopes) == (0, slope)
