from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glassnet.nn import Array, Layer
from glassnet.nn.arithmetic.sliding import Padding
from glassnet.nn.gradcheck import GradientError, check_layer
from glassnet.nn.layers.pooling import MaxPool1D, MaxPool2D, UpSampling1D, UpSampling2D
from glassnet.nn.testing import arrays, shapes, spaced_arrays

paddings: st.SearchStrategy[Padding] = st.sampled_from(["valid", "same"])
lengths = st.tuples(st.integers(1, 3), st.integers(1, 3))
images = spaced_arrays(
    st.tuples(st.integers(1, 2), st.integers(3, 7), st.integers(3, 6), st.integers(1, 2))
)


def loop(x: Array, layer: MaxPool2D) -> tuple[Array, Array]:
    """Return y and, for dy = 1, 2, 3, ..., dx: pool by looking at every pixel of every window."""
    (kh, kw), (sh, sw) = layer.pool_size, layer.stride
    _, height, width, _ = x.shape
    top = left = 0
    rows, columns = (height - kh) // sh + 1, (width - kw) // sw + 1
    if layer.padding == "same":
        rows, columns = -(-height // sh), -(-width // sw)
        top = max((rows - 1) * sh + kh - height, 0) // 2
        left = max((columns - 1) * sw + kw - width, 0) // 2
    y, dx = np.empty((len(x), rows, columns, x.shape[3])), np.zeros_like(x)
    dy = np.arange(1.0, y.size + 1).reshape(y.shape)
    for n, h, w, c in np.ndindex(y.shape):
        largest, where = -np.inf, None
        for i in range(h * sh - top, h * sh - top + kh):
            for j in range(w * sw - left, w * sw - left + kw):
                if 0 <= i < height and 0 <= j < width and x[n, i, j, c] > largest:
                    largest, where = x[n, i, j, c], (n, i, j, c)
        assert where is not None
        y[n, h, w, c] = largest
        dx[where] += dy[n, h, w, c]
    return y, dx


@given(x=images, window=lengths, stride=st.none() | lengths, padding=paddings)
def test_pooling_agrees_with_a_loop(x: Array, window: Any, stride: Any, padding: Padding) -> None:
    layer = MaxPool2D(window, stride, padding)
    for values in (x, np.sign(x), np.zeros_like(x)):  # the last two are full of ties
        y, dx = loop(values, layer)
        np.testing.assert_array_equal(layer.forward(values), y)
        dy = np.arange(1.0, y.size + 1).reshape(y.shape)
        np.testing.assert_array_equal(layer.backward(dy), dx)


@given(x=images, window=lengths, stride=st.none() | lengths, padding=paddings)
def test_pooling_gradients(x: Array, window: Any, stride: Any, padding: Padding) -> None:
    check_layer(MaxPool2D(window, stride, padding), x, every_coordinate=16)
    step = None if stride is None else stride[0]
    check_layer(MaxPool1D(window[0], step, padding), x[:, :, 0], every_coordinate=16)


@given(x=images, window=lengths, stride=st.none() | lengths)
def test_pooling_agrees_with_pytorch(x: Array, window: Any, stride: Any) -> None:
    torch = pytest.importorskip("torch")
    layer = MaxPool2D(window, stride)
    for values in (x, np.sign(x)):
        tx = torch.tensor(values, requires_grad=True)
        ty = torch.nn.functional.max_pool2d(tx.permute(0, 3, 1, 2), window, stride)
        ty = ty.permute(0, 2, 3, 1)
        dy = torch.cos(torch.arange(float(ty.numel()), dtype=torch.float64)).reshape(ty.shape)
        ty.backward(dy)
        np.testing.assert_array_equal(layer.forward(values), ty.detach().numpy())
        np.testing.assert_allclose(layer.backward(dy.numpy()), tx.grad.numpy(), atol=1e-12)


def test_seven_positions_by_two_become_four_with_same(generator: np.random.Generator) -> None:
    x = -1 - generator.random((2, 7, 7, 3))  # below zero: padding with zeros would win
    y = MaxPool2D(2, padding="same").forward(x)
    assert y.shape == (2, 4, 4, 3)
    np.testing.assert_array_equal(y[:, 3, 3], x[:, 6, 6])
    assert MaxPool2D(2).forward(x).shape == (2, 3, 3, 3)


def test_the_first_of_equals_gets_the_gradient() -> None:
    layer = MaxPool2D(2)
    layer.forward(np.array([[0.0, 5], [5, 5]]).reshape(1, 2, 2, 1))
    dx = layer.backward(np.full((1, 1, 1, 1), 3.0))
    np.testing.assert_array_equal(dx[0, :, :, 0], [[0, 3], [0, 0]])


def test_windows_of_many_elements(generator: np.random.Generator) -> None:
    x = generator.permutation(np.arange(400.0)).reshape(1, 20, 20, 1)
    layer = MaxPool2D(20)
    assert layer.forward(x) == 399
    np.testing.assert_array_equal(layer.backward(np.ones((1, 1, 1, 1))), x == 399)


class _ShareAmongTheWindow(MaxPool2D):
    def backward(self, dy: Array) -> Array:
        return np.repeat(np.repeat(dy, 2, axis=1), 2, axis=2) / 4


class _LastWinner(MaxPool2D):
    def backward(self, dy: Array) -> Array:
        return super().backward(dy)[:, ::-1]


class _OverlapOverwritten(MaxPool2D):
    def backward(self, dy: Array) -> Array:
        dx = np.zeros(self._padded_shape)
        for tap, positions in enumerate(self._taps()):
            hit = self._winner == tap
            dx[positions][hit] = dy[hit]
        return dx


@pytest.mark.parametrize(
    "wrong", [_ShareAmongTheWindow(2), _LastWinner(2), _OverlapOverwritten(3, 1)]
)
def test_wrong_pooling_is_rejected(wrong: MaxPool2D, generator: np.random.Generator) -> None:
    with pytest.raises(GradientError, match=r"^input"):
        check_layer(wrong, generator.permutation(np.arange(144.0)).reshape(2, 6, 6, 2))


class _WrongWay(MaxPool1D):
    def backward(self, dy: Array) -> Array:
        return super().backward(dy[:, ::-1])


class _Doubled(MaxPool1D):
    def backward(self, dy: Array) -> Array:
        return 2 * super().backward(dy)


@pytest.mark.parametrize("wrong", [_WrongWay(2), _Doubled(2)])
def test_wrong_pooling_of_sequences_is_rejected(
    wrong: MaxPool1D, generator: np.random.Generator
) -> None:
    with pytest.raises(GradientError, match=r"^input"):
        check_layer(wrong, generator.permutation(np.arange(24.0)).reshape(2, 6, 2))


# -- upsampling ---------------------------------------------------------------------------------


@given(x=arrays(shapes(4, largest=4)), factor=lengths)
def test_upsampling_agrees_with_a_loop(x: Array, factor: Any) -> None:
    layer = UpSampling2D(factor)
    y = layer.forward(x)
    n, height, width, channels = x.shape
    assert y.shape == (n, factor[0] * height, factor[1] * width, channels)
    dy = np.cos(np.arange(y.size)).reshape(y.shape)
    dx = np.zeros_like(x)
    for image, h, w, c in np.ndindex(y.shape):
        assert y[image, h, w, c] == x[image, h // factor[0], w // factor[1], c]
        dx[image, h // factor[0], w // factor[1], c] += dy[image, h, w, c]
    np.testing.assert_allclose(layer.backward(dy), dx, atol=1e-12)


@given(x=arrays(shapes(4, largest=4)), factor=lengths)
def test_upsampling_gradients(x: Array, factor: Any) -> None:
    check_layer(UpSampling2D(factor), x, every_coordinate=8)
    check_layer(UpSampling1D(factor[0]), x[0], every_coordinate=8)


@given(x=arrays(shapes(3, largest=4)), factor=st.integers(1, 4))
def test_upsampling_agrees_with_pytorch(x: Array, factor: int) -> None:
    torch = pytest.importorskip("torch")
    layer = UpSampling1D(factor)
    y = layer.forward(x)
    tx = torch.tensor(x, requires_grad=True)
    ty = torch.repeat_interleave(tx, factor, dim=1)
    ty.backward(torch.sin(ty.detach()))
    np.testing.assert_array_equal(y, ty.detach().numpy())
    np.testing.assert_allclose(layer.backward(np.sin(y)), tx.grad.numpy(), atol=1e-12)


class _FirstOnly(UpSampling2D):
    def backward(self, dy: Array) -> Array:
        return dy[:, :: self.size[0], :: self.size[1]]


class _Mean(UpSampling2D):
    def backward(self, dy: Array) -> Array:
        return super().backward(dy) / (self.size[0] * self.size[1])


class _Tiled(UpSampling1D):
    def backward(self, dy: Array) -> Array:
        n, _, channels = dy.shape
        return dy.reshape(n, self.size[0], -1, channels).sum(axis=1)


class _FirstPositionOnly(UpSampling1D):
    def backward(self, dy: Array) -> Array:
        return dy[:, :: self.size[0]]


@pytest.mark.parametrize(
    ("wrong", "shape"),
    [
        (_FirstOnly, (2, 3, 3, 2)),
        (_Mean, (2, 3, 3, 2)),
        (_Tiled, (2, 3, 2)),
        (_FirstPositionOnly, (2, 3, 2)),
    ],
)
def test_wrong_upsampling_is_rejected(
    wrong: Any, shape: tuple[int, ...], generator: np.random.Generator
) -> None:
    with pytest.raises(GradientError, match=r"^input"):
        check_layer(wrong(2), generator.standard_normal(shape))


# -- the contract -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("layer", "shape"),
    [
        (MaxPool2D(2), (4, 7, 6, 2)),
        (MaxPool2D(3, 2, "same"), (4, 7, 6, 2)),
        (MaxPool1D(2, padding="same"), (4, 7, 2)),
        (UpSampling2D(2), (4, 7, 6, 2)),
        (UpSampling1D(2), (4, 7, 2)),
    ],
)
def test_float32_and_batches_of_any_size(
    layer: Any, shape: tuple[int, ...], generator: np.random.Generator
) -> None:
    whole = generator.standard_normal(shape, dtype=np.float32)
    y_whole = layer.forward(whole).copy()
    dx_whole = layer.backward(np.sin(y_whole)).copy()
    for rows in (4, 2, 0, 3):
        y = layer.forward(whole[:rows])
        dx = layer.backward(np.sin(y))
        assert y.dtype == dx.dtype == np.float32
        np.testing.assert_array_equal(y, y_whole[:rows])
        np.testing.assert_array_equal(dx, dx_whole[:rows])


@pytest.mark.parametrize(
    ("layer", "shape", "message"),
    [
        (MaxPool2D(2), (4, 4, 2), r"MaxPool2D expects shape \(N, H, W, C\), got \(4, 4, 2\)"),
        (MaxPool1D(2), (4, 4, 2, 1), r"MaxPool1D expects shape \(N, L, C\), got \(4, 4, 2, 1\)"),
        (UpSampling2D(2), (4, 4, 2), r"UpSampling2D expects shape \(N, H, W, C\)"),
        (UpSampling1D(2), (4, 4), r"UpSampling1D expects shape \(N, L, C\)"),
        (MaxPool2D((2, 5)), (4, 4, 4, 1), "window that spans 5 is larger than the input's 4"),
    ],
)
def test_input_that_does_not_fit_is_an_error(
    layer: Layer, shape: tuple[int, ...], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        layer.forward(np.zeros(shape))


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: MaxPool2D(0), "pool_size must be at least 1, not 0"),
        (lambda: MaxPool2D(2, (1, 0)), "stride must be at least 1, not 0"),
        (
            lambda: MaxPool2D(2, padding="full"),  # type: ignore[arg-type]
            "padding must be 'valid' or 'same', not 'full'",
        ),
        (lambda: UpSampling2D(-2), "size must be at least 1, not -2"),
    ],
)
def test_options_out_of_range_are_errors(build: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        build()
