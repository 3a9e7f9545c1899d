"""Correlation with kernels of 3 × 3, at 16 multiplications where the definition has 36.

This is Winograd's minimal filtering, as Lavin & Gray 2016 (arXiv:1509.09308, section 4.1) use it
for convolution layers. A tile of 4 × 4 inputs d gives 2 × 2 outputs y, their F(2 × 2, 3 × 3):

    y = Aᵀ [(G K Gᵀ) ∘ (Bᵀ d B)] A

          1  0 -1  0            1    0    0              1  1  1  0
    Bᵀ =  0  1  1  0       G =  1/2  1/2  1/2      Aᵀ =  0  1 -1 -1
          0 -1  1  0            1/2 -1/2  1/2
          0  1  0 -1            0    0    1

where ∘ multiplies element by element. With many channels, each of the 16 elements becomes a product
of matrices (tiles, C) · (C, F). The gradient for the kernel is the adjoint of this,

    dK = Gᵀ [(Bᵀ d B) ∘ (A dy Aᵀ)] G        summed over tiles,

and the gradient for the input is the same correlation, of dy with the flipped kernel. B and A hold
only 0, 1 and -1. They cost a few additions for each input, which pay off from some 50 channels on.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import DTypeLike

from glassnet.nn.arithmetic.buffers import Buffers, padded, slabs
from glassnet.nn.arithmetic.correlation import flipped_kernel
from glassnet.nn.arithmetic.sliding import Axis, Padding, Windows, adjoint_axes
from glassnet.nn.types import Array

_G = np.array([[1, 0, 0], [0.5, 0.5, 0.5], [0.5, -0.5, 0.5], [0, 0, 1]])


class WinogradCorrelation:
    """The `Correlation` for kernels of 3 × 3 with stride and dilation 1.

    Its results differ from those of `GeneralCorrelation` by rounding.
    """

    def __init__(self, padding: Padding) -> None:
        self._windows = Windows((3, 3), padding=padding)
        self._buffers = Buffers()

    def gather(self, x: Array, dtype: DTypeLike) -> None:
        self._axes = self._windows.axes(x.shape[1], x.shape[2])
        self._images, self._channels = len(x), x.shape[3]
        shape = (*_tile_counts(self._axes), x.shape[3])
        # For each slab of images: (16, N, H / 2, W / 2, C).
        self._tiles: list[tuple[slice, Array]] = []
        for images in _slabs(len(x), shape):
            part = x[images]
            name = f"tiles {images.start}"
            tiles = self._buffers.scratch(name, (16, len(part), *shape), dtype)
            self._transform(part, self._axes, tiles)
            self._tiles.append((images, tiles))

    def correlate(self, kernel: Array) -> Array:
        taps = _transformed(kernel)
        y = self._even_images("y", self._images, self._axes, taps)
        for images, tiles in self._tiles:
            self._multiply_tiles(tiles, taps, y[images])
        return self._without_margin(y, "y cut", self._axes)

    def kernel_gradient(self, dy: Array) -> Array:
        height, width = _tile_counts(self._axes)
        filters, dtype = dy.shape[3], dy.dtype
        margin = (0, 2 * height - dy.shape[1], 0, 2 * width - dy.shape[2])
        dU = np.zeros((16, self._channels, filters), dtype)
        for images, tiles in self._tiles:
            part = padded(dy[images], margin, self._buffers, "dy", dtype)
            n = len(part)
            rows = self._buffers.scratch("dy rows", (4, n, height, 2 * width, filters), dtype)
            _widen(part[:, 0::2], part[:, 1::2], rows)
            dtiles = self._buffers.scratch("dtiles", (4, 4, n, height, width, filters), dtype)
            _widen(rows[:, :, :, 0::2], rows[:, :, :, 1::2], dtiles.swapaxes(0, 1))
            products = n * height * width
            dU += np.matmul(
                tiles.reshape(16, products, self._channels).swapaxes(1, 2),
                dtiles.reshape(16, products, filters),
            )
        return _both_axes(_G.T, dU.reshape(4, 4, self._channels, filters))

    def input_gradient(self, dy: Array, kernel: Array, height: int, width: int) -> Array:
        axes = adjoint_axes(self._windows.axes(height, width))
        taps = _transformed(flipped_kernel(kernel))
        shape = (*_tile_counts(axes), dy.shape[3])
        dx = self._even_images("dx", len(dy), axes, taps)
        for images in _slabs(len(dy), shape):
            part = dy[images]
            tiles = self._buffers.scratch("dy tiles", (16, len(part), *shape), taps.dtype)
            self._transform(part, axes, tiles)
            self._multiply_tiles(tiles, taps, dx[images])
        return self._without_margin(dx, "dx cut", axes)

    def _transform(self, x: Array, axes: tuple[Axis, Axis], tiles: Array) -> None:
        """Fill tiles (16, N, H / 2, W / 2, C) with Bᵀ d B of images (N, H, W, C)."""
        _, n, height, width, channels = tiles.shape
        top, left = axes[0].before, axes[1].before
        # Even and odd columns stand apart, so that the numbers to add lie side by side.
        shape = (n, 2 * height + 2, 2, width + 1, channels)
        source = self._buffers.get(f"source {top} {left} {x.shape[1:]}", shape, tiles.dtype)
        for parity in range(2):
            columns = x[:, :, (parity + left) % 2 :: 2]
            first = (left + 1 - parity) // 2
            source[:, top : top + x.shape[1], parity, first : first + columns.shape[2]] = columns
        even, odd = source[:, :, 0], source[:, :, 1]
        shape = (4, n, 2 * height + 2, width, channels)
        columns = self._buffers.scratch("columns", shape, tiles.dtype)
        _mix(even, odd, columns)
        even, odd = columns[:, :, 0::2], columns[:, :, 1::2]
        rows = tiles.reshape(4, 4, n, height, width, channels)
        _mix(even, odd, rows)

    def _multiply_tiles(self, tiles: Array, taps: Array, y: Array) -> None:
        """Fill y (N, H, W, F) from tiles (16, N, H / 2, W / 2, C) and taps (16, C, F)."""
        _, n, height, width, channels = tiles.shape
        shape = (n, height, width, taps.shape[2])
        products = self._buffers.scratch("products", (4, 4, *shape), y.dtype)
        np.matmul(
            tiles.reshape(16, n * height * width, channels),
            taps,
            out=products.reshape(16, n * height * width, taps.shape[2]),
        )
        rows = self._buffers.scratch("rows", (2, 4, *shape), y.dtype)
        _narrow(products, rows[0], rows[1], self._buffers.scratch("sum", (4, *shape), y.dtype))
        total = self._buffers.scratch("sum", shape, y.dtype)
        for i in range(2):
            _narrow(rows[i], y[:, i::2, 0::2], y[:, i::2, 1::2], total)

    def _even_images(self, name: str, n: int, axes: tuple[Axis, Axis], taps: Array) -> Array:
        """Return an output buffer (N, H, W, F) whose sides are rounded up to even: whole tiles."""
        height, width = _tile_counts(axes)
        return self._buffers.get(name, (n, 2 * height, 2 * width, taps.shape[2]), taps.dtype)

    def _without_margin(self, y: Array, name: str, axes: tuple[Axis, Axis]) -> Array:
        """Return a contiguous y without the row and column that whole tiles add to odd sizes."""
        shape = (len(y), axes[0].outputs, axes[1].outputs, y.shape[3])
        if shape == y.shape:
            return y
        result = self._buffers.get(name, shape, y.dtype)
        result[...] = y[:, : axes[0].outputs, : axes[1].outputs]
        return result


def _mix(even: Array, odd: Array, out: Array) -> None:
    """Fill out (4, ...) with Bᵀ d, from the even and odd positions; tiles overlap along axis 2."""
    d0, d1, d2, d3 = even[:, :, :-1], odd[:, :, :-1], even[:, :, 1:], odd[:, :, 1:]
    np.subtract(d0, d2, out=out[0])
    np.add(d1, d2, out=out[1])
    np.subtract(d2, d1, out=out[2])
    np.subtract(d1, d3, out=out[3])


def _narrow(m: Array, first: Array, second: Array, total: Array) -> None:
    """Fill `first` and `second` with the two rows of Aᵀ m, given m (4, ...); `total` is scratch."""
    np.add(m[1], m[2], out=total)
    np.add(total, m[0], out=first)
    np.subtract(m[1], m[2], out=total)
    np.subtract(total, m[3], out=second)


def _widen(first: Array, second: Array, out: Array) -> None:
    """Fill out (4, ...) with A y, given the two rows of y."""
    out[0] = first
    np.add(first, second, out=out[1])
    np.subtract(first, second, out=out[2])
    np.negative(second, out=out[3])


def _transformed(kernel: Array) -> Array:
    """Return G K Gᵀ (16, C, F) of a kernel (3, 3, C, F)."""
    return _both_axes(_G, kernel).reshape(16, *kernel.shape[2:])


def _both_axes(matrix: Array, kernel: Array) -> Array:
    """Return matrix · K · matrixᵀ of each kernel in (k, k, C, F)."""
    matrix = matrix.astype(kernel.dtype)
    k, _, channels, filters = kernel.shape
    rows = (matrix @ kernel.reshape(k, k * channels * filters)).reshape(-1, k, channels * filters)
    product: Array = matrix @ rows
    return product.reshape(*rows.shape[:1] * 2, channels, filters)


def _tile_counts(axes: tuple[Axis, Axis]) -> tuple[int, int]:
    """Return how many tiles of 2 × 2 outputs there are, in rows and columns."""
    return -(-axes[0].outputs // 2), -(-axes[1].outputs // 2)


def _slabs(images: int, shape: tuple[int, ...]) -> Iterator[slice]:
    """Yield slices of a batch of `images`, each of which has tiles (H / 2, W / 2, C)."""
    return slabs(images, 16 * int(np.prod(shape)))
