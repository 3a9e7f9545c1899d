import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glassnet.nn import Array, Conv2D, Conv2DTranspose
from glassnet.nn.plain import (
    convolution_backward,
    convolution_forward,
    same_padding,
    transposed_convolution_backward,
    transposed_convolution_forward,
)
from tests.nn.convolution_cases import Case, cases, initialized


def compare(layer: Conv2D | Conv2DTranspose, dy: Array, found: dict[str, Array]) -> None:
    expected = {"x": layer.backward(dy), **layer.gradients}
    assert found.keys() == expected.keys()
    for name, gradient in found.items():
        np.testing.assert_allclose(gradient, expected[name], atol=1e-11, err_msg=name)


@given(case=cases())
def test_equals_the_fast_convolution(case: Case) -> None:
    layer, x = initialized(case.conv2d(2, 3)), case.x(2)
    options = (case.stride, case.padding, case.dilation)
    y = layer.forward(x)
    np.testing.assert_allclose(convolution_forward(x, layer.W, layer.b, *options), y, atol=1e-12)
    dy = np.random.default_rng(5).standard_normal(y.shape)
    compare(layer, dy, convolution_backward(dy, x, layer.W, *options))


@given(case=cases(dilated=False))
def test_equals_the_fast_transposed_convolution(case: Case) -> None:
    layer, x = initialized(case.transpose(2, 3)), case.x(2)
    options = (case.stride, case.padding)
    y = layer.forward(x)
    found = transposed_convolution_forward(x, layer.W, layer.b, *options)
    np.testing.assert_allclose(found, y, atol=1e-12)
    dy = np.random.default_rng(5).standard_normal(y.shape)
    compare(layer, dy, transposed_convolution_backward(dy, x, layer.W, *options))


def test_each_axis_is_padded_for_its_own_dilation() -> None:
    x, W = np.array([5.0, 6.0, 7.0]).reshape(1, 1, 3, 1), np.ones((1, 2, 1, 1))
    y = convolution_forward(x, W, np.zeros(1), padding="same", dilation=(1, 2))
    np.testing.assert_array_equal(y.ravel(), [0 + 6, 5 + 7, 6 + 0])


def test_a_stride_has_two_numbers() -> None:
    x, W = np.ones((1, 2, 2, 1)), np.ones((1, 1, 1, 1))
    with pytest.raises(ValueError, match="longer"):
        transposed_convolution_forward(x, W, np.zeros(1), (1, 1, 1))  # type: ignore[arg-type]


@given(
    size=st.integers(1, 20), kernel=st.integers(1, 5), stride=st.integers(1, 5), d=st.integers(1, 3)
)
def test_same_padding_is_tensorflows(size: int, kernel: int, stride: int, d: int) -> None:
    # As in the documentation of TensorFlow, which asks whether the stride divides the size.
    span = (kernel - 1) * d + 1
    total = max(span - (size % stride or stride), 0)
    before, after = same_padding(size, kernel, stride, d)
    assert before + after == total
    assert after - before in (0, 1)


@pytest.mark.parametrize("padding", ["valid", "same"])
def test_a_transposed_convolution_is_the_gradient_of_a_convolution(
    padding: str, generator: np.random.Generator
) -> None:
    x, W = generator.standard_normal((2, 6, 4, 3)), generator.standard_normal((3, 2, 3, 5))
    y = convolution_forward(x, W, np.zeros(5), padding=padding)
    dy = generator.standard_normal(y.shape)
    expected = convolution_backward(dy, x, W, padding=padding)["x"]
    turned = W.transpose(0, 1, 3, 2)  # its input channels are the convolution's outputs
    found = transposed_convolution_forward(dy, turned, np.zeros(3), padding=padding)
    np.testing.assert_allclose(found, expected, atol=1e-12)
