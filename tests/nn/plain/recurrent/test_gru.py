import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glassnet.nn import GRU, Array
from glassnet.nn.plain import gru_backward, gru_forward
from glassnet.nn.testing import arrays, generators, shapes


@pytest.mark.parametrize("reset_after", [True, False])
@given(generator=generators(), x=arrays(shapes(3)), units=st.integers(1, 4))
def test_equals_the_fast_gru(
    reset_after: bool, generator: np.random.Generator, x: Array, units: int
) -> None:
    layer = GRU(x.shape[2], units, reset_after).initialize(generator, np.float64)
    layer.theta += 0.1 * generator.standard_normal(layer.theta.size)  # no bias is zero
    h = generator.standard_normal((x.shape[1], units))
    layer.state = {"h": h}
    y, bh = layer.forward(x), layer.parameters.get("bh")
    hs, gates = gru_forward(x, layer.Wx, layer.Wh, layer.b, h, bh)
    np.testing.assert_array_equal(hs[0], h)
    np.testing.assert_allclose(hs[1:], y, atol=1e-12)
    activations = layer.activations()
    for number, name in enumerate(("reset gate", "update gate", "candidate")):
        np.testing.assert_allclose(gates[:, number], activations[name], atol=1e-12)

    dy = generator.standard_normal(y.shape)
    found = gru_backward(dy, x, layer.Wx, layer.Wh, hs, gates, bh)
    expected = {"x": layer.backward(dy), **layer.gradients, **layer.dstate}
    assert found.keys() == expected.keys()
    for name, gradient in found.items():
        np.testing.assert_allclose(gradient, expected[name], atol=1e-11, err_msg=name)


def test_no_time_steps(generator: np.random.Generator) -> None:
    x, h = np.empty((0, 2, 3)), generator.normal(size=(2, 4))
    layer = GRU(3, 4).initialize(generator, np.float64)
    hs, gates = gru_forward(x, layer.Wx, layer.Wh, layer.b, h, layer.bh)
    np.testing.assert_array_equal(hs, h[None])
    gradients = gru_backward(np.empty((0, 2, 4)), x, layer.Wx, layer.Wh, hs, gates, layer.bh)
    assert gradients["h"].shape == (2, 4)
    assert not any(gradient.any() for gradient in gradients.values())
