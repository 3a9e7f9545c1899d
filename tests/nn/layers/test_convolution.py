"""Convolutions against plain loops, PyTorch and numeric gradients."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given

from glassnet.nn import NO_GRADIENT, Array, Layer, Sequential
from glassnet.nn.activations.sigmoids import Tanh
from glassnet.nn.arithmetic.general import GeneralCorrelation
from glassnet.nn.arithmetic.single_channel import SingleChannelCorrelation
from glassnet.nn.arithmetic.winograd import WinogradCorrelation
from glassnet.nn.gradcheck import check_layer
from glassnet.nn.initializers import constant
from glassnet.nn.layers.convolution import Conv1D, Conv2D, Conv2DTranspose
from glassnet.nn.plain import same_padding
from tests.nn.convolution_cases import (
    CHANNELS,
    Case,
    Pair,
    WinogradConv2D,
    cases,
    initialized,
    loop,
    transposed_loop,
)

# -- forward, against loops ---------------------------------------------------------------------


@given(case=cases(), channels=CHANNELS)
def test_conv2d_agrees_with_a_loop(case: Case, channels: Pair) -> None:
    layer = initialized(case.conv2d(*channels))
    x = case.x(channels[0])
    y = layer.forward(x)
    np.testing.assert_allclose(y, loop(x, layer.W, layer.b, case), atol=1e-12)
    assert layer.backward(y).shape == x.shape


@given(case=cases(), channels=CHANNELS)
def test_conv1d_agrees_with_a_loop(case: Case, channels: Pair) -> None:
    case = Case(
        (case.size[0], 1), (case.kernel[0], 1), (case.stride[0], 1), (case.dilation[0], 1),
        case.padding,
    )  # fmt: skip
    layer = initialized(case.conv1d(*channels))
    x = case.x(channels[0])
    expected = loop(x, layer.W[:, None], layer.b, case)
    np.testing.assert_allclose(layer.forward(x[:, :, 0]), expected[:, :, 0], atol=1e-12)


@given(case=cases(dilated=False), channels=CHANNELS)
def test_transposed_convolution_agrees_with_a_loop(case: Case, channels: Pair) -> None:
    layer = initialized(case.transpose(*channels))
    x = case.x(channels[0])
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


@given(case=cases(), channels=CHANNELS)
def test_conv2d_gradients(case: Case, channels: Pair) -> None:
    check_layer(case.conv2d(*channels), case.x(channels[0]), every_coordinate=8)


@given(case=cases(), channels=CHANNELS)
def test_conv1d_gradients(case: Case, channels: Pair) -> None:
    check_layer(case.conv1d(*channels), case.x(channels[0])[:, :, 0], every_coordinate=8)


@given(case=cases(dilated=False), channels=CHANNELS)
def test_transposed_gradients(case: Case, channels: Pair) -> None:
    check_layer(case.transpose(*channels), case.x(channels[0]), every_coordinate=8)


@pytest.mark.parametrize(
    ("layer", "expected"),
    [
        (Conv2D(64, 64, 3), WinogradCorrelation),
        (Conv2DTranspose(64, 64, 3, padding="same"), WinogradCorrelation),
        (Conv2D(64, 32, 3), GeneralCorrelation),
        (Conv2D(64, 64, 3, stride=2), GeneralCorrelation),
        (Conv2D(64, 64, 3, dilation=2), GeneralCorrelation),
        (Conv2D(64, 64, (3, 2)), GeneralCorrelation),
        (Conv2D(1, 8, 3, stride=2), SingleChannelCorrelation),
        (Conv2D(8, 1, 3), SingleChannelCorrelation),
        (Conv2D(8, 1, 3, stride=2), GeneralCorrelation),
        (Conv2DTranspose(8, 1, 3, stride=2), SingleChannelCorrelation),
        (Conv2D(1, 8, 1), GeneralCorrelation),
    ],
)
def test_the_arithmetic_fits_the_kernel(layer: Any, expected: type[object]) -> None:
    assert type(layer.correlation) is expected


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
            same_padding(*a) for a in zip(case.size, spans, case.stride, strict=True)
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
        border = same_padding(case.size[0], span, case.stride[0])

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
    (Conv2D, (4, 6, 7, 1), {"stride": 2}),
    (Conv2D, (4, 6, 7, 2), {"out_channels": 1, "padding": "same"}),
    (WinogradConv2D, (4, 6, 7, 2), {"padding": "same"}),
    (Conv2DTranspose, (4, 3, 4, 2), {"stride": 2}),
    (Conv2DTranspose, (4, 3, 4, 2), {"stride": 4, "padding": "same"}),
]


def build(kind: type[Layer], shape: tuple[int, ...], options: dict[str, Any]) -> Any:
    return kind(shape[-1], **{"out_channels": 3, "kernel_size": 3, **options})


every_layer = pytest.mark.parametrize(("kind", "shape", "options"), LAYERS)


@every_layer
def test_float32_stays_float32(
    kind: Any, shape: tuple[int, ...], options: dict[str, Any], generator: np.random.Generator
) -> None:
    layer = build(kind, shape, options).initialize(generator)
    x = generator.standard_normal(shape, dtype=np.float32)
    y = layer.forward(x)
    dy = generator.standard_normal(y.shape, dtype=np.float32)
    assert y.dtype == layer.backward(dy).dtype == layer.dW.dtype == np.float32
    assert layer.forward(x.astype(np.float64)).dtype == np.float32
    exact = build(kind, shape, options).initialize(generator, np.float64)
    exact.theta[...] = layer.theta
    np.testing.assert_allclose(y, exact.forward(x.astype(np.float64)), atol=1e-5)


@every_layer
def test_the_gradient_for_the_input_can_be_left_out(
    kind: Any, shape: tuple[int, ...], options: dict[str, Any], generator: np.random.Generator
) -> None:
    layer = initialized(build(kind, shape, options))
    y = layer.forward(generator.standard_normal(shape))
    dy = generator.standard_normal(y.shape)
    layer.backward(dy)
    with_it = layer.grad.copy()
    layer.zero_grad()
    layer.requires_input_gradient = False
    assert layer.backward(dy) is NO_GRADIENT
    np.testing.assert_array_equal(layer.grad, with_it)


@every_layer
def test_buffers_serve_batches_of_any_size(
    kind: Any, shape: tuple[int, ...], options: dict[str, Any], generator: np.random.Generator
) -> None:
    # Larger, smaller and empty batches, other sizes and back: always as on new buffers.
    layer = initialized(build(kind, shape, options))
    longer = (*shape[:1], *(length + 1 for length in shape[1:-1]), shape[-1])
    for changed in (shape, (2, *shape[1:]), (0, *shape[1:]), longer, (6, *shape[1:]), shape):
        fresh = initialized(build(kind, shape, options))
        x = generator.standard_normal(changed)
        y = layer.forward(x)
        np.testing.assert_array_equal(y, fresh.forward(x))
        dy = generator.standard_normal(y.shape)
        layer.zero_grad()
        np.testing.assert_array_equal(layer.backward(dy), fresh.backward(dy))
        np.testing.assert_array_equal(layer.grad, fresh.grad)


@every_layer
def test_the_same_batch_shape_allocates_no_output(
    kind: Any, shape: tuple[int, ...], options: dict[str, Any], generator: np.random.Generator
) -> None:
    layer = initialized(build(kind, shape, options))
    x = generator.standard_normal(shape)
    y = layer.forward(x)
    dx = layer.backward(np.ones_like(y))
    assert np.shares_memory(y, layer.forward(x))
    assert np.shares_memory(dx, layer.backward(np.ones_like(y)))


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
        (Conv2D(2, 3, 3, padding="same"), (4, 0, 7, 2), "input of length 0 has no windows"),
        (Conv2D(1, 3, 3, padding="same"), (4, 0, 7, 1), "input of length 0 has no windows"),
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
        ({"kernel_size": (3, 0)}, "kernel_size must be at least 1, not 0"),
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
    assert (layer.kernel_size, layer.stride, layer.dilation) == ((3, 3), (1, 1), (1, 1))
    assert 0.9 < np.abs(layer.W).max() / np.sqrt(6 / (9 * 8 + 9 * 16)) <= 1  # Glorot's limit
    np.testing.assert_array_equal(layer.b, np.zeros(16))
    shapes = [tuple(layer.parameters[name].shape for name in "Wb") for layer in (
        Conv1D(5, 4, 3).initialize(generator), Conv2DTranspose(5, 4, (2, 3)).initialize(generator)
    )]  # fmt: skip
    assert shapes == [((3, 5, 4), (4,)), ((2, 3, 5, 4), (4,))]
