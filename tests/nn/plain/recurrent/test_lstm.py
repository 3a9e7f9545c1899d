import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from glassnet.nn import LSTM, Array
from glassnet.nn.plain import (
    lstm_backward,
    lstm_forward,
    lstm_step_backward,
    lstm_step_forward,
)
from glassnet.nn.plain.recurrent.lstm import sigmoid
from glassnet.nn.testing import arrays, generators, shapes
from tests.nn.recurrent.cases import state_of


@given(generator=generators(), x=arrays(shapes(3)), units=st.integers(1, 4))
def test_equals_the_fast_lstm(generator: np.random.Generator, x: Array, units: int) -> None:
    layer = LSTM(x.shape[2], units).initialize(generator, np.float64)
    state = state_of(LSTM, generator, x.shape[1], units)
    layer.state = state
    y = layer.forward(x)
    hs, cs, gates = lstm_forward(x, layer.Wx, layer.Wh, layer.b, state["h"], state["c"])
    np.testing.assert_array_equal(hs[0], state["h"])
    np.testing.assert_array_equal(cs[0], state["c"])
    np.testing.assert_allclose(hs[1:], y, atol=1e-12)
    activations = layer.activations()
    np.testing.assert_allclose(cs[1:], activations["cell"], atol=1e-12)
    for number, name in enumerate(("input gate", "forget gate", "output gate", "candidate")):
        np.testing.assert_allclose(gates[:, number], activations[name], atol=1e-12)

    dy = generator.standard_normal(y.shape)
    found = lstm_backward(dy, x, layer.Wx, layer.Wh, hs, cs, gates)
    expected = {"x": layer.backward(dy), **layer.gradients, **layer.dstate}
    assert found.keys() == expected.keys()
    for name, gradient in found.items():
        np.testing.assert_allclose(gradient, expected[name], atol=1e-11, err_msg=name)


def test_sigmoid() -> None:
    np.testing.assert_allclose(sigmoid(np.array([0.0, np.log(3)])), [0.5, 0.75])


def test_no_time_steps(generator: np.random.Generator) -> None:
    x, start = np.empty((0, 2, 3)), generator.normal(size=(2, 2, 4))
    layer = LSTM(3, 4).initialize(generator, np.float64)
    states = lstm_forward(x, layer.Wx, layer.Wh, layer.b, *start)
    np.testing.assert_array_equal(states[:2], start[:, None])
    gradients = lstm_backward(np.empty((0, 2, 4)), x, layer.Wx, layer.Wh, *states)
    assert gradients["h"].shape == gradients["c"].shape == (2, 4)
    assert not any(gradient.any() for gradient in gradients.values())


def test_a_sequence_of_one_step_is_a_step(generator: np.random.Generator) -> None:
    layer = LSTM(3, 4).initialize(generator, np.float64)
    x, (h, c, dh) = generator.normal(size=(2, 3)), generator.normal(size=(3, 2, 4))
    hs, cs, (gates,) = lstm_forward(x[None], layer.Wx, layer.Wh, layer.b, h, c)
    new_h, new_c, of_step = lstm_step_forward(x, layer.Wx, layer.Wh, layer.b, h, c)
    for ours, theirs in ((new_h, hs[1]), (new_c, cs[1]), (np.array(of_step), gates)):
        np.testing.assert_array_equal(ours, theirs)
    weights = (layer.Wx, layer.Wh)
    found = lstm_step_backward(dh, np.zeros_like(c), x, *weights, h, c, new_c, of_step)
    expected = lstm_backward(dh[None], x[None], *weights, hs, cs, gates[None])
    for name, gradient in found.items():
        np.testing.assert_array_equal(gradient, expected[name].reshape(gradient.shape))
