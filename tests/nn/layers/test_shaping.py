from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glassnet.nn import Array, Layer
from glassnet.nn.gradcheck import GradientError, check_layer
from glassnet.nn.layers.shaping import (
    Cropping2D,
    Flatten,
    Reshape,
    UpSampling1D,
    UpSampling2D,
    ZeroPadding2D,
)
from glassnet.nn.testing import arrays, shapes
from tests.mutate import mutant

sides = st.tuples(st.integers(0, 2), st.integers(0, 2))
borders = st.tuples(sides, sides)
sizes = st.tuples(st.integers(1, 3), st.integers(1, 3))


@given(x=arrays(shapes(4, largest=4)))
def test_flatten_and_reshape(x: Array) -> None:
    n, height, width, channels = x.shape
    flat = Flatten().forward(x)
    assert flat.shape == (n, height * width * channels)
    np.testing.assert_array_equal(flat.ravel(), x.ravel())
    np.testing.assert_array_equal(Reshape(x.shape[1:]).forward(flat), x)
    check_layer(Flatten(), x, every_coordinate=8)
    check_layer(Reshape((channels, width * height)), x, every_coordinate=8)


@given(x=arrays(shapes(4, largest=4)), border=borders)
def test_pad_and_crop(x: Array, border: Any) -> None:
    (top, bottom), (left, right) = border
    n, height, width, channels = x.shape
    larger = ZeroPadding2D(border).forward(x)
    assert larger.shape == (n, top + height + bottom, left + width + right, channels)
    assert np.count_nonzero(larger) == np.count_nonzero(x)
    for image, h, w, c in np.ndindex(x.shape):
        assert larger[image, top + h, left + w, c] == x[image, h, w, c]
    np.testing.assert_array_equal(Cropping2D(border).forward(larger), x)
    check_layer(ZeroPadding2D(border), x, every_coordinate=8)
    check_layer(Cropping2D(border), larger, every_coordinate=8)


@given(x=arrays(shapes(4, largest=4)), border=borders)
def test_pad_and_crop_agree_with_pytorch(x: Array, border: Any) -> None:
    torch = pytest.importorskip("torch")
    (top, bottom), (left, right) = border
    for layer, sign in ((ZeroPadding2D(border), 1), (Cropping2D(border), -1)):
        start = x if sign == 1 else np.asarray(ZeroPadding2D(2).forward(x))
        tx = torch.tensor(start, requires_grad=True)
        amounts = [sign * amount for amount in (0, 0, left, right, top, bottom)]
        ty = torch.nn.functional.pad(tx, amounts)
        ty.backward(torch.cos(ty.detach()))
        y = layer.forward(start)
        np.testing.assert_array_equal(y, ty.detach().numpy())
        np.testing.assert_allclose(layer.backward(np.cos(y)), tx.grad.numpy(), atol=1e-12)


def test_forms_of_a_border() -> None:
    assert ZeroPadding2D().padding == ((1, 1), (1, 1))
    assert ZeroPadding2D((1, 2)).padding == ((1, 1), (2, 2))
    assert Cropping2D(((1, 2), (3, 4))).cropping == ((1, 2), (3, 4))


@given(x=arrays(shapes(4, largest=4)), size=sizes)
def test_upsampling_agrees_with_a_loop(x: Array, size: Any) -> None:
    layer = UpSampling2D(size)
    y = layer.forward(x)
    n, height, width, channels = x.shape
    assert y.shape == (n, size[0] * height, size[1] * width, channels)
    dy = np.cos(np.arange(y.size)).reshape(y.shape)
    dx = np.zeros_like(x)
    for image, h, w, c in np.ndindex(y.shape):
        assert y[image, h, w, c] == x[image, h // size[0], w // size[1], c]
        dx[image, h // size[0], w // size[1], c] += dy[image, h, w, c]
    np.testing.assert_allclose(layer.backward(dy), dx, atol=1e-12)


@given(x=arrays(shapes(4, largest=4)), size=sizes)
def test_upsampling_gradients(x: Array, size: Any) -> None:
    check_layer(UpSampling2D(size), x, every_coordinate=8)
    check_layer(UpSampling1D(size[0]), x[0], every_coordinate=8)


@given(x=arrays(shapes(3, largest=4)), size=st.integers(1, 4))
def test_upsampling_agrees_with_pytorch(x: Array, size: int) -> None:
    torch = pytest.importorskip("torch")
    layer = UpSampling1D(size)
    y = layer.forward(x)
    tx = torch.tensor(x, requires_grad=True)
    ty = torch.repeat_interleave(tx, size, dim=1)
    ty.backward(torch.sin(ty.detach()))
    np.testing.assert_array_equal(y, ty.detach().numpy())
    np.testing.assert_allclose(layer.backward(np.sin(y)), tx.grad.numpy(), atol=1e-12)


@pytest.mark.parametrize(
    ("kind", "options", "old", "new"),
    [
        (Flatten, (), "dy.reshape(self._x_shape)", 'dy.reshape(self._x_shape, order="F")'),
        (Flatten, (), "dy.reshape", "dy[:, ::-1].reshape"),
        (Reshape, ((4, 8),), "dy.reshape", "dy.swapaxes(1, 2).reshape"),
        (Reshape, ((4, 8),), "dy.reshape", "np.roll(dy, 1, axis=0).reshape"),
        (ZeroPadding2D, (((0, 1), (0, 1)),), "return dy[", "return dy[:, ::-1]["),
        (ZeroPadding2D, (1,), "return dy[", "return 0.5 * dy["),
        (Cropping2D, (((0, 1), (0, 1)),), "np.pad(dy,", "np.pad(dy[:, ::-1],"),
        (Cropping2D, (1,), "*self.cropping, (0, 0)))", '*self.cropping, (0, 0)), mode="edge")'),
        (UpSampling2D, (2,), "rows += dy[:, i::height]", "pass"),
        (UpSampling2D, (2,), "dx += rows[:, :, j::width]", "pass"),
        (UpSampling2D, (2,), "return dx", "return dx / 4"),
    ],
)
def test_wrong_gradients_are_rejected(
    kind: type[Layer], options: Any, old: str, new: str, generator: np.random.Generator
) -> None:
    with pytest.raises(GradientError, match=r"^input"):
        check_layer(mutant(kind, old, new)(*options), generator.standard_normal((2, 4, 4, 2)))


@pytest.mark.parametrize("new", ["dy[:, ::-1, np.newaxis]", "2 * dy[:, :, np.newaxis]"])
def test_wrong_upsampling_of_sequences_is_rejected(
    new: str, generator: np.random.Generator
) -> None:
    wrong = mutant(UpSampling1D, "dy[:, :, np.newaxis]", new)
    with pytest.raises(GradientError, match=r"^input"):
        check_layer(wrong(2), generator.standard_normal((2, 3, 2)))


@pytest.mark.parametrize(
    "layer", [Flatten(), Reshape((32,)), ZeroPadding2D(1), Cropping2D(1), UpSampling2D(2)]
)
@pytest.mark.parametrize("rows", [3, 0])
def test_float32_stays_float32(layer: Layer, rows: int) -> None:
    y = layer.forward(np.ones((rows, 4, 4, 2), np.float32))
    dx = layer.backward(y)
    assert y.dtype == dx.dtype == np.float32
    assert dx.shape == (rows, 4, 4, 2)


@pytest.mark.parametrize(
    ("layer", "shape", "message"),
    [
        (Reshape((2, 3)), (5, 7), r"Reshape cannot make rows of shape \(2, 3\) of \(7,\)"),
        (
            ZeroPadding2D(1),
            (5, 7, 1),
            r"ZeroPadding2D expects shape \(N, H, W, C\), got \(5, 7, 1\)",
        ),
        (Cropping2D(1), (5, 7), r"Cropping2D expects shape \(N, H, W, C\)"),
        (UpSampling2D(2), (4, 4, 2), r"UpSampling2D expects shape \(N, H, W, C\)"),
        (UpSampling1D(2), (4, 4), r"UpSampling1D expects shape \(N, L, C\)"),
        (Cropping2D((1, 2)), (5, 7, 4, 1), r"Cropping2D .* leaves nothing of shape \(5, 7, 4, 1\)"),
    ],
)
def test_input_that_does_not_fit_is_an_error(
    layer: Layer, shape: tuple[int, ...], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        layer.forward(np.zeros(shape))


@pytest.mark.parametrize("kind", [ZeroPadding2D, Cropping2D])
def test_negative_borders_are_errors(kind: Any) -> None:
    with pytest.raises(ValueError, match="a border must be at least 0"):
        kind(((0, 0), (0, -1)))


def test_sizes_below_one_are_errors() -> None:
    with pytest.raises(ValueError, match="size must be at least 1, not -2"):
        UpSampling2D(-2)
