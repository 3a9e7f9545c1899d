import numpy as np
from hypothesis import given

from glassnet.nn import Array, BatchNorm, LayerNorm, RMSNorm, plain
from glassnet.nn.testing import arrays, shapes
from tests.nn.normalization.cases import ready


@given(x=arrays(shapes(2, smallest=2)))
def test_equals_the_fast_layers(x: Array) -> None:
    dy, features = np.cos(3 * x), x.shape[1]
    for layer, forward, backward in (
        (LayerNorm(features, 0.1), plain.layer_norm_forward, plain.layer_norm_backward),
        (BatchNorm(features, eps=0.1), plain.batch_norm_forward, plain.batch_norm_backward),
        (RMSNorm(features, 0.1), plain.rms_norm_forward, plain.rms_norm_backward),
    ):
        ready(layer)
        y = forward(x, **layer.parameters, eps=0.1)
        np.testing.assert_allclose(y, layer.forward(x, train=True), atol=1e-12)
        expected = {"x": layer.backward(dy), **layer.gradients}
        found = backward(dy, x, layer.parameters["gamma"], 0.1)
        assert found.keys() == expected.keys()
        for name, gradient in found.items():
            np.testing.assert_allclose(gradient, expected[name], atol=1e-12, err_msg=name)


def test_eps_is_a_hundred_thousandth_by_default() -> None:
    half = np.sqrt(3e-5)  # mean 0, variance and mean square 3e-5: with eps 4e-5
    row, one, zero = np.array([[-half, half]]), np.ones(2), np.zeros(2)
    y, dgamma = np.array([-1, 1]) * np.sqrt(3 / 4), np.array([0, 1]) * np.sqrt(3 / 4)
    dy = np.array([[0.0, 1.0]])
    np.testing.assert_allclose(plain.layer_norm_forward(row, one, zero)[0], y)
    np.testing.assert_allclose(plain.layer_norm_backward(dy, row, one)["gamma"], dgamma)
    np.testing.assert_allclose(plain.rms_norm_forward(row, one)[0], y)
    np.testing.assert_allclose(plain.rms_norm_backward(dy, row, one)["gamma"], dgamma)
    found = plain.batch_norm_forward(row.T, one[:1], zero[:1])
    np.testing.assert_allclose(found[:, 0], y)
    found = plain.batch_norm_backward(dy.T, row.T, one[:1])["gamma"]
    np.testing.assert_allclose(found, dgamma[1])
