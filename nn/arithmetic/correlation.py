"""The arithmetic of convolution layers: a kernel slides over images, and both adjoints of that.

Deep learning calls convolution what signal processing calls correlation:

    y[n, h, w, f]  = Σ_ijc x[n, s h + d i - p, s w + d j - q, c] K[i, j, c, f]       correlate
    dK[i, j, c, f] = Σ_nhw x[n, s h + d i - p, s w + d j - q, c] dy[n, h, w, f]      kernel_gradient
    dx[n, s h + d i - p, s w + d j - q, c] += Σ_f dy[n, h, w, f] K[i, j, c, f]       input_gradient

with stride s, dilation d, and p, q rows and columns of padding (see nn/arithmetic/sliding.py).

How it is made of matrix products. `gather` copies, for each row of the padded image, the window
under one row of the kernel at each output column:

    planes (N, s, Q, W', k C)      plane r holds the rows r, r + s, r + 2s, ... of the image

Kernel row i then needs a contiguous run of rows of plane (d i mod s), and y is a sum over kernel
rows of products (H' W', k C) · (k C, F), image by image. This copies the image k times instead
of the k² times of a full im2col, and a sequence (an image of width 1) not at all. Where BLAS is
faster at small products, the rows of each are cut into equal parts (see nn/arithmetic/products.py).

`input_gradient` is a correlation too, without stride, of dy with the kernel turned by 180° and its
channels swapped. A stride s splits it into s² of these: the positions of dx with the same
remainders modulo s are reached by the same kernel elements and by no others, so no product is
wasted on zeros between the elements of dy (Shi et al. 2016, arXiv:1609.07009, figure 4).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from glassnet.nn.arithmetic.products import parts_of, small_products_are_fast
from glassnet.nn.arithmetic.sliding import (
    Axis,
    Buffers,
    Padding,
    check_padding,
    padded,
    pair,
    window_axis,
)
from glassnet.nn.types import Array

_CUT = small_products_are_fast()  # the products of an image into several, of some rows each
_SLAB = 200_000  # elements worked on at a time, so that they stay in the L2 cache


class Correlation:
    """Correlation of images with a kernel, on buffers that are kept from call to call.

    Parameters
    ----------
    kernel_size, stride, dilation : each one number, or a pair (height, width).
    padding : 'valid' or 'same'.

    Raises
    ------
    ValueError : for numbers below 1, another padding, or stride together with dilation (as in
        Keras).
    """

    def __init__(
        self,
        kernel_size: int | tuple[int, int],
        stride: int | tuple[int, int],
        padding: Padding,
        dilation: int | tuple[int, int],
    ) -> None:
        self.kernel_size = pair(kernel_size, "kernel_size")
        self.stride, self.dilation = pair(stride, "stride"), pair(dilation, "dilation")
        check_padding(padding)
        if max(self.stride) > 1 and max(self.dilation) > 1:
            raise ValueError("only one of stride and dilation may be larger than 1")
        self.padding = padding
        self._buffers = Buffers()

    def gather(self, x: Array, dtype: Any) -> None:
        """Gather the windows of x (N, H, W, C) for `correlate` and `kernel_gradient`."""
        self._rows, columns = self.axes(x.shape[1], x.shape[2])
        self._columns = columns
        border = (self._rows.before, self._rows.after, columns.before, columns.after)
        source = padded(x, border, self._buffers, "padded", dtype)
        self._planes = self._gather(source, self._rows, columns, "planes", dtype)

    def correlate(self, kernel: Array) -> Array:
        """Return y (N, H', W', F) for the x gathered last and a kernel (kh, kw, C, F).

        y is valid until the next call.
        """
        shape = (len(self._planes), self._rows.outputs, self._columns.outputs, kernel.shape[-1])
        y = self._buffers.get("y", shape, kernel.dtype)
        for images in slabs(len(y), self._planes[:1].size):
            self._multiply(self._planes[images], kernel, self._rows, y[images])
        return y

    def kernel_gradient(self, dy: Array) -> Array:
        """Return dK (kh, kw, C, F) for the x gathered last and dy (N, H', W', F)."""
        kh, kw = self.kernel_size
        n, height, width, filters = dy.shape
        depth = self._planes.shape[-1]  # kw C
        parts = parts_of(height * width, depth, filters) if _CUT else 1
        dy = dy.reshape(n, parts, height * width // parts, filters)
        dK = np.zeros((kh, depth, filters), dy.dtype)
        for images in slabs(n, self._planes[:1].size):
            for i in range(kh):
                run = _run(self._planes[images], self._rows, i, parts)
                products = np.matmul(run.swapaxes(2, 3), dy[images])
                dK[i] += products.reshape(len(run) * parts, depth, filters).sum(axis=0)
        return dK.reshape(kh, kw, depth // kw, filters)

    def input_gradient(self, dy: Array, kernel: Array, height: int, width: int) -> Array:
        """Return dx (N, height, width, C) for dy (N, H', W', F) and a kernel (kh, kw, C, F).

        dx is valid until the next call.
        """
        channels, dtype = kernel.shape[2], kernel.dtype
        rows, columns = self.axes(height, width)
        dx = self._buffers.get("dx", (len(dy), height, width, channels), dtype)
        if rows.stride > rows.window or columns.stride > columns.window:
            dx[...] = 0  # no kernel element reaches the positions between
        row_phases, column_phases = _phases(rows), _phases(columns)
        top, bottom = _largest_border(row_phases)
        left, right = _largest_border(column_phases)
        border = (top, bottom, left, right)
        windows = row_phases[0].axis.reach * column_phases[0].axis.outputs  # of the largest phase
        for images in slabs(len(dy), windows * column_phases[0].axis.window * dy.shape[3]):
            source = padded(dy[images], border, self._buffers, "input_gradient padded", dtype)
            for row in row_phases:
                for column in column_phases:
                    corner = source[:, top - row.axis.before :, left - column.axis.before :]
                    planes = self._gather(
                        corner, row.axis, column.axis, "input_gradient planes", dtype
                    )
                    turned = flipped_kernel(kernel[row.taps, column.taps])
                    if self.stride == (1, 1):
                        self._multiply(planes, turned, row.axis, dx[images])
                        continue
                    shape = (len(source), row.axis.outputs, column.axis.outputs, channels)
                    part = self.scratch("phase", shape, dtype)
                    self._multiply(planes, turned, row.axis, part)
                    dx[images, row.positions, column.positions] = part
        return dx

    def axes(self, height: int, width: int) -> tuple[Axis, Axis]:
        """Return how the windows lie on images of this size.

        Raises
        ------
        ValueError : if the kernel is larger than an image without padding.
        """
        (kh, kw), (sh, sw), (dh, dw) = self.kernel_size, self.stride, self.dilation
        return (
            window_axis(height, kh, sh, dh, self.padding),
            window_axis(width, kw, sw, dw, self.padding),
        )

    def _gather(self, source: Array, rows: Axis, columns: Axis, name: str, dtype: Any) -> Array:
        """Return planes (N, s, Q W', kw C) of padded images (N, H, W, C)."""
        source = source[:, : rows.reach, : columns.reach]
        n, height, width, channels = source.shape
        if columns.window == columns.stride == rows.stride == 1:  # a window is a pixel
            return source.reshape(n, 1, height * width, channels)
        span = (columns.window - 1) * columns.dilation + 1
        windows = sliding_window_view(source, span, axis=2)  # (N, H, W, C, span)
        windows = windows[:, :, :: columns.stride, :, :: columns.dilation].swapaxes(3, 4)
        quotient, stride = _plane_height(rows), rows.stride  # Q, s
        shape = (n, stride, quotient, columns.outputs, columns.window, channels)
        planes = self.scratch(name, shape, dtype)
        for r in range(stride):
            plane = windows[:, r::stride]
            planes[:, r, : plane.shape[1]] = plane
        return planes.reshape(n, stride, quotient * columns.outputs, columns.window * channels)

    def _multiply(self, planes: Array, kernel: Array, rows: Axis, y: Array) -> None:
        """Fill y (N, H', W', F), contiguous, from planes and a kernel (kh, kw, C, F)."""
        n, height, width, filters = y.shape
        taps = kernel.reshape(len(kernel), planes.shape[-1], filters)  # (kh, kw C, F)
        parts = parts_of(height * width, planes.shape[-1], filters) if _CUT else 1
        y = y.reshape(n, parts, height * width // parts, filters)
        np.matmul(_run(planes, rows, 0, parts), taps[0], out=y)
        if len(taps) > 1:
            term = self.scratch("term", y.shape, y.dtype)
        for i in range(1, len(taps)):
            np.matmul(_run(planes, rows, i, parts), taps[i], out=term)
            y += term

    def scratch(self, name: str, shape: tuple[int, ...], dtype: Any) -> Array:
        """Return an array of this shape whose memory is shared by all shapes of this name."""
        return self._buffers.get(name, (int(np.prod(shape)),), dtype).reshape(shape)


def slabs(images: int, elements: int) -> Iterator[slice]:
    """Yield slices of so many images, each of which takes so many elements to work on."""
    step = max(1, _SLAB // max(1, elements))
    for start in range(0, images, step):
        yield slice(start, start + step)


def flipped_kernel(kernel: Array) -> Array:
    """Return a kernel turned by 180°, its channels swapped: (kh, kw, C, F) as (kh, kw, F, C)."""
    return kernel[::-1, ::-1].swapaxes(2, 3)


def turned_axes(axes: tuple[Axis, Axis]) -> tuple[Axis, Axis]:
    """Return the windows over the outputs, one around each input, of axes without stride."""
    rows, columns = (_phases(axis)[0].axis for axis in axes)  # there is one phase
    return rows, columns


class _Phase(NamedTuple):
    """The part of one axis of `input_gradient` whose positions have the same remainder modulo the
    stride.

    positions : of dx, as a slice;  taps : kernel elements that reach them, as a slice;
    axis : the windows over dy that the turned kernel has there, without stride.
    """

    positions: slice
    taps: slice
    axis: Axis


def _phases(axis: Axis) -> list[_Phase]:
    """Split one axis of `input_gradient` into a phase for each remainder that any kernel element
    reaches.

    Position h is reached from output o by tap i where h + before = stride o + dilation i. Without
    stride these are o = h + before - dilation i; with it (dilation 1) the taps remainder,
    remainder + stride, ... reach the positions of that remainder, from the outputs
    (h + before - remainder) / stride - 0, 1, ...
    """
    phases = []
    for remainder in range(min(axis.stride, axis.window)):
        taps = len(range(remainder, axis.window, axis.stride))
        first = (remainder - axis.before) % axis.stride
        outputs = len(range(first, axis.size, axis.stride))
        before = (taps - 1) * axis.dilation - (first + axis.before) // axis.stride
        if outputs:
            phases.append(
                _Phase(
                    slice(first, None, axis.stride),
                    slice(remainder, None, axis.stride),
                    Axis(axis.outputs, taps, 1, axis.dilation, before, outputs),
                )
            )
    return phases


def _largest_border(phases: list[_Phase]) -> tuple[int, int]:
    """Return how many positions before and after dy are enough for all phases of an axis.

    Only the second may be negative: the phase of position 0 needs none or more before dy.
    """
    before = max(phase.axis.before for phase in phases)
    after = max(phase.axis.after for phase in phases)
    return before, after


def _run(planes: Array, rows: Axis, tap: int, parts: int) -> Array:
    """Return the windows (N, parts, H' W' / parts, kw C) under row `tap` of the kernel."""
    offset, plane = divmod(rows.dilation * tap, rows.stride)
    width = planes.shape[2] // _plane_height(rows)  # W'
    run = planes[:, plane, offset * width : (offset + rows.outputs) * width]
    return run.reshape(len(run), parts, run.shape[1] // parts, run.shape[2])


def _plane_height(rows: Axis) -> int:
    """Return Q, the number of image rows in a plane."""
    return -(-rows.reach // rows.stride)
