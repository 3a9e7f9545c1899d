"""Convolutions against naive loops, PyTorch and numeric gradients."""

from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nn.activations import Tanh
from nn.convolution import Conv1D, Conv2D, Conv2DTranspose
from nn.gradcheck import GradientError, check_layer
from nn.initializers import constant
from nn.layer import NO_GRADIENT, Array, Layer, Sequential
from nn.sliding import Padding

Pair = tuple[int, int]


@dataclass
class Case:
    """A convolution and an image size (height, width) that it fits."""

    size: Pair
    kernel: Pair
    stride: Pair
    dilation: Pair
    padding: Padding

    def x(self, channels: int, images: int = 2) -> Array:
        return np.random.default_rng(3).standard_normal((images, *self.size, channels))

    def conv2d(self, inputs: int, outputs: int) -> Conv2D:
        return Conv2D(inputs, outputs, self.kernel, self.stride, self.padding, self.dilation)

    def conv1d(self, inputs: int, outputs: int) -> Conv1D:
        return Conv1D(
            inputs, outputs, self.kernel[0], self.stride[0], self.padding, self.dilation[0]
        )

    def transpose(self, inputs: int, outputs: int) -> Conv2DTranspose:
        return Conv2DTranspose(inputs, outputs, self.kernel, self.stride, self.padding)


@st.composite
def cases(draw: st.DrawFn, dilated: bool = True) -> Case:
    lengths = st.tuples(st.integers(1, 4), st.integers(1, 4))
    kernel, stride, dilation = draw(lengths), (1, 1), (1, 1)
    if dilated and draw(st.booleans()):
        dilation = draw(lengths)
    else:
        stride = draw(lengths)
    padding: Padding = draw(st.sampled_from(["valid", "same"]))
    spans = [(k - 1) * d + 1 for k, d in zip(kernel, dilation, strict=True)]
    smallest = spans if padding == "valid" else [1, 1]
    height, width = (draw(st.integers(least, least + 6)) for least in smallest)
    return Case((height, width), kernel, stride, dilation, padding)


def initialized(layer: Any) -> Any:
    """Give a layer float64 parameters, none of them zero."""
    layer.initialize(np.random.default_rng(4), np.float64)
    layer.b[...] = np.arange(1.0, layer.b.size + 1)
    return layer


def same_border(size: int, span: int, stride: int) -> Pair:
    """Zeros before and after an axis, by the definition in TensorFlow's documentation."""
    total = max(span - (size % stride or stride), 0)
    return total // 2, total - total // 2


def loop(x: Array, W: Array, b: Array, case: Case) -> Array:
    """Correlate by the definition, a scalar product at a time."""
    spans = [(k - 1) * d + 1 for k, d in zip(case.kernel, case.dilation, strict=True)]
    if case.padding == "same":
        borders = [same_border(*a) for a in zip(x.shape[1:3], spans, case.stride, strict=True)]
        x = np.pad(x, ((0, 0), *borders, (0, 0)))
    (sh, sw), (dh, dw) = case.stride, case.dilation
    height = len(range(0, x.shape[1] - spans[0] + 1, sh))
    width = len(range(0, x.shape[2] - spans[1] + 1, sw))
    y = np.zeros((len(x), height, width, W.shape[-1]))
    for n, h, w, f in np.ndindex(y.shape):
        y[n, h, w, f] = b[f]
        for i, j in np.ndindex(W.shape[:2]):
            y[n, h, w, f] += x[n, h * sh + i * dh, w * sw + j * dw] @ W[i, j, :, f]
    return y


def transposed_loop(x: Array, W: Array, b: Array, case: Case) -> Array:
    """Add a kernel times each pixel to a large enough image; then cut it to size."""
    (kh, kw), (sh, sw) = case.kernel, case.stride
    n, height, width, _ = x.shape
    y = np.zeros((n, sh * height + kh, sw * width + kw, W.shape[-1]))
    for image, h, w in np.ndindex(x.shape[:3]):
        for i, j in np.ndindex(kh, kw):
            y[image, h * sh + i, w * sw + j] += x[image, h, w] @ W[i, j]
    if case.padding == "valid":
        top, left = 0, 0
        height, width = sh * height + max(kh - sh, 0), sw * width + max(kw - sw, 0)
    else:
        top, left = max(kh - sh, 0) // 2, max(kw - sw, 0) // 2
        height, width = sh * height, sw * width
    return y[:, top : top + height, left : left + width] + b


# -- forward, against loops ---------------------------------------------------------------------


@given(case=cases())
def test_conv2d_agrees_with_a_loop(case: Case) -> None:
    layer = initialized(case.conv2d(3, 2))
    x = case.x(3)
    y = layer.forward(x)
    np.testing.assert_allclose(y, loop(x, layer.W, layer.b, case), atol=1e-12)
    assert layer.backward(y).shape == x.shape


@given(case=cases())
def test_conv1d_agrees_with_a_loop(case: Case) -> None:
    case = Case(
        (case.size[0], 1), (case.kernel[0], 1), (case.stride[0], 1), (case.dilation[0], 1),
        case.padding,
    )  # fmt: skip
    layer = initialized(case.conv1d(3, 2))
    x = case.x(3)
    expected = loop(x, layer.W[:, None], layer.b, case)
    np.testing.assert_allclose(layer.forward(x[:, :, 0]), expected[:, :, 0], atol=1e-12)


@given(case=cases(dilated=False))
def test_transposed_convolution_agrees_with_a_loop(case: Case) -> None:
    layer = initialized(case.transpose(3, 2))
    x = case.x(3)
    expected = transposed_loop(x, layer.W, layer.b, case)
    for _ in range(2):  # the second time on the buffers of the first
        np.testing.assert_allclose(layer.forward(x), expected, atol=1e-12)


@given(case=cases(dilated=False))
def test_transposed_convolution_is_the_adjoint_of_convolution(case: Case) -> None:
    # <conv(x), y> = <x, transposed(y)> with the same kernel, its channels swapped, and no bias,
    # for images whose size the transposed convolution restores.
    small = case.x(2)
    up = initialized(case.transpose(2, 3))
    up.b[...] = 0
    large = np.random.default_rng(1).standard_normal(up.forward(small).shape)
    down = initialized(case.conv2d(3, 2))
    down.W[...] = up.W.swapaxes(2, 3)
    down.b[...] = 0
    y = down.forward(large)
    assert y.shape == small.shape
    np.testing.assert_allclose(np.sum(y * small), np.sum(large * up.forward(small)), atol=1e-10)
    np.testing.assert_allclose(down.backward(small), up.forward(small), atol=1e-12)


# -- gradients ----------------------------------------------------------------------------------


@given(case=cases())
def test_conv2d_gradients(case: Case) -> None:
    check_layer(case.conv2d(2, 3), case.x(2), every_coordinate=8)


@given(case=cases())
def test_conv1d_gradients(case: Case) -> None:
    check_layer(case.conv1d(2, 3), case.x(2)[:, :, 0], every_coordinate=8)


@given(case=cases(dilated=False))
def test_transposed_gradients(case: Case) -> None:
    check_layer(case.transpose(2, 3), case.x(2), every_coordinate=8)


@pytest.mark.parametrize("channels", [1, 2])
def test_one_channel_is_like_several(channels: int, generator: np.random.Generator) -> None:
    # One channel takes a path of its own, both as input and, in `backward`, as output.
    x = generator.standard_normal((2, 6, 5, channels))
    for layer in (
        Conv2D(channels, 2, 3, padding="same"),
        Conv2D(channels, 1, 2, 2),
        Conv2D(channels, 1, 2, dilation=2),
        Conv2DTranspose(channels, 1, 3, 2),
    ):
        check_layer(layer, x)


def test_as_many_channels_after_as_before(generator: np.random.Generator) -> None:
    # Windows of x and of dy then have one shape, and must not share a buffer.
    x = generator.standard_normal((2, 5, 5, 2))
    check_layer(Conv2D(2, 2, 3, padding="same"), x)
    check_layer(Conv1D(2, 2, 3, padding="same"), x[0])
    check_layer(Conv2DTranspose(2, 2, 3, padding="same"), x)


def test_gradients_inside_a_network(generator: np.random.Generator) -> None:
    net = Sequential(
        Conv2D(1, 2, 2, padding="same"),
        Tanh(),
        Conv2D(2, 3, 2, stride=2),
        Tanh(),
        Conv2DTranspose(3, 2, 3, stride=2),
        Tanh(),
        Conv2D(2, 1, 2),
    )
    check_layer(net, generator.standard_normal((2, 6, 6, 1)))


# -- PyTorch ------------------------------------------------------------------------------------


def torch_gradients(torch: Any, function: Any, x: Array, W: Array, b: Array) -> list[Array]:
    """Return y, dx, dW, db for dy = sin(y); images and kernel have torch's layout inside."""
    tx, tW, tb = (torch.tensor(array, requires_grad=True) for array in (x, W, b))
    ty = function(tx, tW, tb)
    ty.backward(torch.sin(ty.detach()))
    return [ty.detach().numpy(), tx.grad.numpy(), tW.grad.numpy(), tb.grad.numpy()]


def our_gradients(layer: Any, x: Array) -> list[Array]:
    y = layer.forward(x)
    dx = layer.backward(np.sin(y))
    return [y, dx, layer.dW, layer.db]


def assert_all_close(ours: list[Array], theirs: list[Array]) -> None:
    for name, one, other in zip(("y", "dx", "dW", "db"), ours, theirs, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-9, err_msg=name)


@given(case=cases())
def test_conv2d_agrees_with_pytorch(case: Case) -> None:
    torch = pytest.importorskip("torch")
    layer = initialized(case.conv2d(3, 2))
    spans = [(k - 1) * d + 1 for k, d in zip(case.kernel, case.dilation, strict=True)]
    if case.padding == "same":
        (top, bottom), (left, right) = (
            same_border(*a) for a in zip(case.size, spans, case.stride, strict=True)
        )
    else:
        top = bottom = left = right = 0

    def function(x: Any, W: Any, b: Any) -> Any:
        images = torch.nn.functional.pad(x.permute(0, 3, 1, 2), (left, right, top, bottom))
        y = torch.nn.functional.conv2d(
            images, W.permute(3, 2, 0, 1), b, stride=case.stride, dilation=case.dilation
        )
        return y.permute(0, 2, 3, 1)

    x = case.x(3)
    assert_all_close(our_gradients(layer, x), torch_gradients(torch, function, x, layer.W, layer.b))


@given(case=cases())
def test_conv1d_agrees_with_pytorch(case: Case) -> None:
    torch = pytest.importorskip("torch")
    layer = initialized(case.conv1d(3, 2))
    border = (0, 0)
    if case.padding == "same":
        span = (case.kernel[0] - 1) * case.dilation[0] + 1
        border = same_border(case.size[0], span, case.stride[0])

    def function(x: Any, W: Any, b: Any) -> Any:
        sequences = torch.nn.functional.pad(x.permute(0, 2, 1), border)
        y = torch.nn.functional.conv1d(
            sequences, W.permute(2, 1, 0), b, stride=case.stride[0], dilation=case.dilation[0]
        )
        return y.permute(0, 2, 1)

    x = case.x(3)[:, :, 0]
    assert_all_close(our_gradients(layer, x), torch_gradients(torch, function, x, layer.W, layer.b))


@given(case=cases(dilated=False))
def test_transposed_convolution_agrees_with_pytorch(case: Case) -> None:
    torch = pytest.importorskip("torch")
    layer = initialized(case.transpose(3, 2))
    x = case.x(3)
    height, width = layer.forward(x).shape[1:3]
    top, left = (
        max(k - s, 0) // 2 if case.padding == "same" else 0
        for k, s in zip(case.kernel, case.stride, strict=True)
    )

    def function(x: Any, W: Any, b: Any) -> Any:
        y = torch.nn.functional.conv_transpose2d(
            x.permute(0, 3, 1, 2), W.permute(2, 3, 0, 1), stride=case.stride
        ).permute(0, 2, 3, 1)
        # PyTorch leaves out what no kernel element reaches; Keras fills it up with zeros.
        missing = [max(top + height - y.shape[1], 0), max(left + width - y.shape[2], 0)]
        y = torch.nn.functional.pad(y, (0, 0, 0, missing[1], 0, missing[0]))
        return y[:, top : top + height, left : left + width] + b

    assert_all_close(our_gradients(layer, x), torch_gradients(torch, function, x, layer.W, layer.b))


# -- mutants ------------------------------------------------------------------------------------


class _KernelNotTurned(Conv2D):
    def backward(self, dy: Array) -> Array:
        super().backward(dy)
        return self._correlation.spread(dy, self.W[::-1, ::-1], *self._size)


class _AxesOfTheKernelSwapped(Conv2D):
    def backward(self, dy: Array) -> Array:
        super().backward(dy)
        return self._correlation.spread(dy, self.W.swapaxes(0, 1), *self._size)


class _OneElementOfTheKernelLost(Conv2D):
    def backward(self, dy: Array) -> Array:
        before = self.dW.copy()
        dx = super().backward(dy)
        self.dW[0, 1] = before[0, 1]
        return dx


class _MeanOverImages(Conv2D):
    def backward(self, dy: Array) -> Array:
        before = self.dW.copy()
        dx = super().backward(dy)
        self.dW[...] = before + (self.dW - before) / len(dy)
        return dx


class _BiasOfOneRow(Conv2D):
    def backward(self, dy: Array) -> Array:
        before = self.db.copy()
        dx = super().backward(dy)
        self.db[...] = before + dy[:, 0].sum(axis=(0, 1))
        return dx


class _OneRowLate(Conv2D):
    def backward(self, dy: Array) -> Array:
        return np.roll(super().backward(dy), 1, axis=1)


@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize(
    ("wrong", "culprit"),
    [
        (_KernelNotTurned, "^input"),
        (_AxesOfTheKernelSwapped, "^input"),
        (_OneRowLate, "^input"),
        (_OneElementOfTheKernelLost, "^parameter W"),
        (_MeanOverImages, "^parameter W"),
        (_BiasOfOneRow, "^parameter b"),
    ],
)
def test_wrong_conv2d_is_rejected(
    wrong: type[Conv2D], culprit: str, stride: int, generator: np.random.Generator
) -> None:
    with pytest.raises(GradientError, match=culprit):
        check_layer(wrong(2, 2, 3, stride, "same"), generator.standard_normal((2, 6, 6, 2)))


class _LengthReversed(Conv1D):
    def backward(self, dy: Array) -> Array:
        return super().backward(dy)[:, ::-1]


class _ScaledWeightGradient(Conv1D):
    def backward(self, dy: Array) -> Array:
        before = self.dW.copy()
        dx = super().backward(dy)
        self.dW += 1e-5 * (self.dW - before)
        return dx


class _OneStepLate(Conv1D):
    def backward(self, dy: Array) -> Array:
        return np.roll(super().backward(dy), 1, axis=1)


@pytest.mark.parametrize(
    ("wrong", "culprit"),
    [
        (_LengthReversed, "^input"),
        (_OneStepLate, "^input"),
        (_ScaledWeightGradient, "^parameter W"),
    ],
)
def test_wrong_conv1d_is_rejected(
    wrong: type[Conv1D], culprit: str, generator: np.random.Generator
) -> None:
    with pytest.raises(GradientError, match=culprit):
        check_layer(wrong(2, 3, 3, padding="same"), generator.standard_normal((2, 6, 2)))


class _ChannelsOfWSwapped(Conv2DTranspose):
    def backward(self, dy: Array) -> Array:
        super().backward(dy)
        return self._correlation.correlate(self.W)


class _TurnedWeightGradient(Conv2DTranspose):
    def backward(self, dy: Array) -> Array:
        before = self.dW.copy()
        dx = super().backward(dy)
        self.dW[...] = before + (self.dW - before)[::-1, ::-1]
        return dx


class _NoBias(Conv2DTranspose):
    def backward(self, dy: Array) -> Array:
        before = self.db.copy()
        dx = super().backward(dy)
        self.db[...] = before
        return dx


@pytest.mark.parametrize(
    ("wrong", "culprit"),
    [
        (_ChannelsOfWSwapped, "^input"),
        (_TurnedWeightGradient, "^parameter W"),
        (_NoBias, "^parameter b"),
    ],
)
def test_wrong_transposed_convolution_is_rejected(
    wrong: type[Conv2DTranspose], culprit: str, generator: np.random.Generator
) -> None:
    with pytest.raises(GradientError, match=culprit):
        check_layer(wrong(2, 2, 3, 2), generator.standard_normal((2, 3, 3, 2)))


# -- sizes as in Keras --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("layer", "size", "expected"),
    [
        (Conv2D(1, 1, 3), 16, 14),
        (Conv2D(1, 1, 3, padding="same"), 28, 28),
        (Conv2D(1, 1, 2, stride=2, padding="same"), 28, 14),
        (Conv2D(1, 1, 3, stride=2, padding="same"), 7, 4),
        (Conv2D(1, 1, 3, stride=2), 8, 3),
        (Conv2D(1, 1, 2), 29, 28),
        (Conv2DTranspose(1, 1, 3, stride=2), 14, 29),
        (Conv2DTranspose(1, 1, 3, stride=2, padding="same"), 14, 28),
        (Conv2DTranspose(1, 1, 3, padding="same"), 14, 14),
        (Conv2DTranspose(1, 1, 3), 14, 16),
        (Conv2DTranspose(1, 1, 2, stride=3), 4, 12),
    ],
)
def test_sizes(layer: Layer, size: int, expected: int, generator: np.random.Generator) -> None:
    y = layer.initialize(generator).forward(np.zeros((1, size, size, 1), np.float32))
    assert y.shape == (1, expected, expected, 1)


def test_same_padding_with_a_stride_leans_to_the_end(generator: np.random.Generator) -> None:
    # Of an even size, windows of 3 with stride 2 cover 0-2, 2-4, ...; of an odd one -1-1, 1-3, ...
    layer = Conv1D(1, 1, 3, stride=2, padding="same", initializer=constant(1)).initialize(generator)
    x = np.array([1, 2, 4, 8, 16], np.float32).reshape(1, 5, 1)
    even = layer.forward(x[:, :4])[0, :, 0].tolist()
    odd = layer.forward(x)[0, :, 0].tolist()
    assert (even, odd) == ([1 + 2 + 4, 4 + 8], [1 + 2, 2 + 4 + 8, 8 + 16])


# -- the contract -------------------------------------------------------------------------------

LAYERS: list[tuple[type[Layer], tuple[int, ...], dict[str, Any]]] = [
    (Conv1D, (4, 7, 2), {"padding": "same"}),
    (Conv1D, (4, 7, 2), {"dilation": 2}),
    (Conv2D, (4, 6, 7, 2), {"padding": "same"}),
    (Conv2D, (4, 6, 7, 2), {"stride": 2}),
    (Conv2DTranspose, (4, 3, 4, 2), {"stride": 2}),
    (Conv2DTranspose, (4, 3, 4, 2), {"stride": 4, "padding": "same"}),
]
every_layer = pytest.mark.parametrize(("kind", "shape", "options"), LAYERS)


@every_layer
def test_float32_stays_float32(
    kind: Any, shape: tuple[int, ...], options: dict[str, Any], generator: np.random.Generator
) -> None:
    layer = kind(2, 3, 3, **options).initialize(generator)
    x = generator.standard_normal(shape, dtype=np.float32)
    y = layer.forward(x)
    dy = generator.standard_normal(y.shape, dtype=np.float32)
    assert y.dtype == layer.backward(dy).dtype == layer.dW.dtype == np.float32
    exact = kind(2, 3, 3, **options).initialize(generator, np.float64)
    exact.theta[...] = layer.theta
    np.testing.assert_allclose(y, exact.forward(x.astype(np.float64)), atol=1e-5)


@every_layer
def test_the_gradient_for_the_input_can_be_left_out(
    kind: Any, shape: tuple[int, ...], options: dict[str, Any], generator: np.random.Generator
) -> None:
    layer = initialized(kind(2, 3, 3, **options))
    y = layer.forward(generator.standard_normal(shape))
    dy = generator.standard_normal(y.shape)
    layer.backward(dy)
    with_it = layer.grad.copy()
    layer.grad[...] = 0
    layer.wants_input_gradient = False
    assert layer.backward(dy) is NO_GRADIENT
    np.testing.assert_array_equal(layer.grad, with_it)


@every_layer
def test_buffers_serve_batches_of_any_size(
    kind: Any, shape: tuple[int, ...], options: dict[str, Any], generator: np.random.Generator
) -> None:
    # Larger, smaller and empty batches, other sizes and back: always as on new buffers.
    layer = initialized(kind(2, 3, 3, **options))
    longer = (*shape[:1], *(length + 1 for length in shape[1:-1]), shape[-1])
    for changed in (shape, (2, *shape[1:]), (0, *shape[1:]), longer, (6, *shape[1:]), shape):
        fresh = initialized(kind(2, 3, 3, **options))
        x = generator.standard_normal(changed)
        y = layer.forward(x)
        np.testing.assert_array_equal(y, fresh.forward(x))
        dy = generator.standard_normal(y.shape)
        layer.grad[...] = 0
        np.testing.assert_array_equal(layer.backward(dy), fresh.backward(dy))
        np.testing.assert_array_equal(layer.grad, fresh.grad)


@every_layer
def test_the_same_batch_shape_allocates_no_output(
    kind: Any, shape: tuple[int, ...], options: dict[str, Any], generator: np.random.Generator
) -> None:
    layer = initialized(kind(2, 3, 3, **options))
    x = generator.standard_normal(shape)
    y = layer.forward(x)
    dx = layer.backward(np.ones_like(y))
    assert np.shares_memory(y, layer.forward(x))
    assert np.shares_memory(dx, layer.backward(np.ones_like(y)))


@every_layer
def test_many_images_are_worked_on_in_slabs(
    kind: Any,
    shape: tuple[int, ...],
    options: dict[str, Any],
    generator: np.random.Generator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    x = generator.standard_normal((7, *shape[1:]))
    results = []
    for slab in (1, 300, 10**9):
        monkeypatch.setattr("nn.correlation._SLAB", slab)
        layer = initialized(kind(2, 3, 3, **options))
        y = layer.forward(x)
        results.append([y, layer.backward(np.cos(y)), layer.grad])
    for other in results[1:]:
        for one, another in zip(results[0], other, strict=True):
            np.testing.assert_allclose(one, another, atol=1e-12)


def test_strided_input_and_gradient_are_taken(generator: np.random.Generator) -> None:
    x = generator.standard_normal((3, 12, 5, 2))
    for layer in (Conv2D(2, 2, 3, padding="same"), Conv2D(2, 2, 1), Conv2DTranspose(2, 2, 2)):
        y = initialized(layer).forward(x[:, ::2]).copy()
        dy = np.cos(np.repeat(y, 2, axis=1))[:, ::2]
        dx = layer.backward(dy).copy()
        np.testing.assert_array_equal(layer.forward(x[:, ::2].copy()), y)
        np.testing.assert_allclose(layer.backward(dy.copy()), dx, atol=1e-12)


# -- bad input ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("layer", "shape", "message"),
    [
        (Conv1D(2, 3, 3), (4, 7, 3), r"Conv1D expects shape \(N, L, 2\), got \(4, 7, 3\)"),
        (Conv1D(2, 3, 3), (4, 7, 7, 2), r"Conv1D expects shape \(N, L, 2\)"),
        (Conv2D(2, 3, 3), (4, 7, 7, 1), r"Conv2D expects shape \(N, H, W, 2\), got \(4, 7, 7, 1\)"),
        (Conv2DTranspose(2, 3, 3), (7, 7, 2), r"Conv2DTranspose expects shape \(N, H, W, 2\)"),
        (Conv2D(2, 3, 5), (4, 4, 7, 2), "window that spans 5 is larger than the input's 4"),
        (Conv1D(2, 3, 3, dilation=4), (4, 8, 2), "window that spans 9 is larger than the input's"),
    ],
)
def test_input_that_does_not_fit_is_an_error(
    layer: Layer, shape: tuple[int, ...], message: str, generator: np.random.Generator
) -> None:
    with pytest.raises(ValueError, match=message):
        layer.initialize(generator).forward(np.zeros(shape, np.float32))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"kernel_size": 0}, "kernel_size must be at least 1, not 0"),
        ({"kernel_size": (3, 0)}, r"kernel_size must be at least 1, not \(3, 0\)"),
        ({"stride": -1}, "stride must be at least 1"),
        ({"dilation": 0}, "dilation must be at least 1"),
        ({"padding": "full"}, "padding must be 'valid' or 'same', not 'full'"),
        ({"stride": 2, "dilation": (1, 2)}, "only one of stride and dilation"),
    ],
)
def test_options_out_of_range_are_errors(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Conv2D(1, 1, **{"kernel_size": 3, **options})


def test_first_values(generator: np.random.Generator) -> None:
    layer = Conv2D(8, 16, 3).initialize(generator, np.float64)
    assert layer.W.shape == (3, 3, 8, 16)
    assert 0.9 < np.abs(layer.W).max() / np.sqrt(6 / (9 * 8 + 9 * 16)) <= 1  # Glorot's limit
    np.testing.assert_array_equal(layer.b, np.zeros(16))
    shapes = [tuple(layer.parameters[name].shape for name in "Wb") for layer in (
        Conv1D(5, 4, 3).initialize(generator), Conv2DTranspose(5, 4, (2, 3)).initialize(generator)
    )]  # fmt: skip
    assert shapes == [((3, 5, 4), (4,)), ((2, 3, 5, 4), (4,))]


def test_every_combination_of_small_sizes_agrees_with_a_loop() -> None:
    # Hypothesis samples; here are all of a small range, where the odd cases lie.
    rows = product(range(1, 6), range(1, 5), range(1, 5), ("valid", "same"))
    for size, kernel, stride, padding in rows:
        case = Case((size, 3), (kernel, 2), (stride, 1), (1, 1), padding)  # type: ignore[arg-type]
        up = initialized(case.transpose(1, 2))
        x = case.x(1, images=1)
        expected = transposed_loop(x, up.W, up.b, case)
        np.testing.assert_allclose(up.forward(x), expected, atol=1e-12)
        if padding == "valid" and kernel > size:
            continue
        layer = initialized(case.conv2d(1, 2))
        y = layer.forward(x)
        np.testing.assert_allclose(y, loop(x, layer.W, layer.b, case), atol=1e-12)
        # dx is the adjoint: <conv(x) - b, dy> = <x, dx>
        dy = np.cos(np.arange(y.size)).reshape(y.shape)
        dx = layer.backward(dy)
        np.testing.assert_allclose(np.sum((y - layer.b) * dy), np.sum(x * dx), atol=1e-10)
