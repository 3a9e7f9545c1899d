"""The three ways of correlating, held to plain loops and to each other."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product

import numpy as np
import pytest

from glassnet.nn import Array
from glassnet.nn.arithmetic.correlation import Correlation, flipped_kernel
from glassnet.nn.arithmetic.general import GeneralCorrelation
from glassnet.nn.arithmetic.single_channel import SingleChannelCorrelation
from glassnet.nn.arithmetic.sliding import Padding, Windows
from glassnet.nn.arithmetic.winograd import WinogradCorrelation
from glassnet.nn.plain import convolution_backward, convolution_forward


@dataclass
class Way:
    """A way of correlating, and the convolutions that it is for."""

    build: Callable[[Windows], Correlation]
    channels: tuple[int, int]
    steps: tuple[tuple[int, int], ...] = ((1, 1), (2, 1), (3, 1), (4, 1), (1, 2), (1, 3))
    kernels: tuple[int, ...] = (1, 2, 3, 4)
    width: int = 2  # of the kernels


WAYS = {
    "general": Way(GeneralCorrelation, (2, 3)),
    "single input": Way(SingleChannelCorrelation, (1, 2)),
    "single output": Way(SingleChannelCorrelation, (2, 1), ((1, 1), (1, 2))),
    "single": Way(SingleChannelCorrelation, (1, 1)),
    "winograd": Way(lambda w: WinogradCorrelation(w.padding), (2, 3), ((1, 1),), (3,), 3),
}
every_way = pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
PADDINGS: tuple[Padding, ...] = ("valid", "same")


def results(
    correlation: Correlation, x: Array, kernel: Array, dy: Array | None = None
) -> list[Array]:
    """Return y, dK and dx, for dy = cos(y) unless it is given."""
    correlation.gather(x, kernel.dtype)
    y = correlation.correlate(kernel).copy()
    dy = np.cos(y) if dy is None else dy
    dK = correlation.kernel_gradient(dy)
    return [y, dK, correlation.input_gradient(dy, kernel, *x.shape[1:3]).copy()]


@every_way
@pytest.mark.parametrize("padding", PADDINGS)
def test_every_combination_of_small_sizes_agrees_with_loops(
    way: Way, padding: Padding, generator: np.random.Generator
) -> None:
    # Hypothesis samples convolution layers; here are all of a small range, where odd cases lie.
    for size, k, (stride, dilation) in product(range(1, 7), way.kernels, way.steps):
        if padding == "valid" and (k - 1) * dilation >= size:
            continue
        windows = Windows((k, way.width), (stride, 1), padding, (dilation, 1))
        x = generator.standard_normal((1, size, 3, way.channels[0]))
        kernel = generator.standard_normal((k, way.width, *way.channels))
        y, dK, dx = results(way.build(windows), x, kernel)
        options = (windows.stride, padding, windows.dilation)
        no_bias = np.zeros(way.channels[1])
        np.testing.assert_allclose(y, convolution_forward(x, kernel, no_bias, *options), atol=1e-12)
        expected = convolution_backward(np.cos(y), x, kernel, *options)
        np.testing.assert_allclose(dK, expected["W"], atol=1e-12)
        np.testing.assert_allclose(dx, expected["x"], atol=1e-12)


@every_way
def test_many_images_are_worked_on_in_slabs(
    way: Way, generator: np.random.Generator, monkeypatch: pytest.MonkeyPatch
) -> None:
    x = generator.standard_normal((7, 6, 7, way.channels[0]))
    kernel = generator.standard_normal((3, 3, *way.channels))
    found: list[list[Array]] = []
    for slab in (1, 300, 10**9):
        monkeypatch.setattr("glassnet.nn.arithmetic.buffers._SLAB", slab)
        found.append([])
        for stride, dilation in way.steps:
            windows = Windows((3, 3), (stride, stride), "same", (dilation, dilation))
            found[-1] += results(way.build(windows), x, kernel)
    for other in found[1:]:
        for one, another in zip(found[0], other, strict=True):
            np.testing.assert_allclose(one, another, atol=1e-12)


@every_way
def test_buffers_serve_images_of_any_size(way: Way, generator: np.random.Generator) -> None:
    windows = Windows((3, 3), padding="same")
    kernel = generator.standard_normal((3, 3, *way.channels))
    used = way.build(windows)
    for n, height, width in ((4, 6, 7), (2, 6, 7), (0, 6, 7), (4, 7, 6), (6, 6, 7), (4, 6, 7)):
        x = generator.standard_normal((n, height, width, way.channels[0]))
        dy = generator.standard_normal((n, height, width, way.channels[1]))
        expected = results(way.build(windows), x, kernel, dy)
        for one, another in zip(results(used, x, kernel, dy), expected, strict=True):
            np.testing.assert_array_equal(one, another)


def test_a_flipped_kernel(generator: np.random.Generator) -> None:
    kernel = generator.standard_normal((2, 3, 4, 5))
    flipped = flipped_kernel(kernel)
    assert flipped.shape == (2, 3, 5, 4)
    for i, j, c, f in np.ndindex(kernel.shape):
        assert flipped[1 - i, 2 - j, f, c] == kernel[i, j, c, f]
