import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glassnet.nn import Array, SimpleRNN
from glassnet.nn.plain import simple_rnn_backward, simple_rnn_forward
from glassnet.nn.testing import arrays, generators, shapes


@pytest.mark.parametrize("activation", ["tanh", "relu"])
@given(generator=generators(), x=arrays(shapes(3)), units=st.integers(1, 4))
def test_equals_the_fast_layer(
    activation: str, generator: np.random.Generator, x: Array, units: int
) -> None:
    layer = SimpleRNN(x.shape[2], units, activation).initialize(generator, np.float64)
    layer.theta += 0.1 * generator.standard_normal(layer.theta.size)  # no bias is zero
    h = generator.standard_normal((x.shape[1], units))
    layer.state = {"h": h}
    y = layer.forward(x)
    hs = simple_rnn_forward(x, layer.Wx, layer.Wh, layer.b, h, activation)
    np.testing.assert_array_equal(hs[0], h)
    np.testing.assert_allclose(hs[1:], y, atol=1e-12)

    dy = generator.standard_normal(y.shape)
    found = simple_rnn_backward(dy, x, layer.Wx, layer.Wh, hs, activation)
    expected = {"x": layer.backward(dy), **layer.gradients, **layer.dstate}
    assert found.keys() == expected.keys()
    for name, gradient in found.items():
        np.testing.assert_allclose(gradient, expected[name], atol=1e-11, err_msg=name)


def test_no_time_steps(generator: np.random.Generator) -> None:
    x, h = np.empty((0, 2, 3)), generator.normal(size=(2, 4))
    layer = SimpleRNN(3, 4).initialize(generator, np.float64)
    hs = simple_rnn_forward(x, layer.Wx, layer.Wh, layer.b, h)
    np.testing.assert_array_equal(hs, h[None])
    gradients = simple_rnn_backward(np.empty((0, 2, 4)), x, layer.Wx, layer.Wh, hs)
    assert gradients["h"].shape == (2, 4)
    assert not any(gradient.any() for gradient in gradients.values())
