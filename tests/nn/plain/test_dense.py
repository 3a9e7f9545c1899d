import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from glassnet.nn import Array, Dense
from glassnet.nn.plain import dense_backward, dense_forward
from glassnet.nn.testing import arrays, generators, shapes


@given(generator=generators(), x=arrays(shapes(2)), out_features=st.integers(1, 4))
def test_equals_the_fast_dense(generator: np.random.Generator, x: Array, out_features: int) -> None:
    layer = Dense(x.shape[1], out_features).initialize(generator, np.float64)
    layer.b[...] = generator.standard_normal(out_features)
    y = layer.forward(x)
    np.testing.assert_allclose(dense_forward(x, layer.W, layer.b), y, atol=1e-12)
    dy = generator.standard_normal(y.shape)
    expected = {"x": layer.backward(dy), **layer.gradients}
    found = dense_backward(dy, x, layer.W)
    assert found.keys() == expected.keys()
    for name, gradient in found.items():
        np.testing.assert_allclose(gradient, expected[name], atol=1e-12, err_msg=name)
