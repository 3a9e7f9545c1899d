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
