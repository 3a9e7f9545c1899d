"""Correlation with any kernel: a matrix product for each row of the kernel.

`gather` copies, for each row of the padded image, the window under one row of the kernel at each
output column:

    planes (N, s, Q, W', k C)      plane r holds the rows r, r + s, r + 2s, ... of the image

Kernel row i then needs a contiguous run of rows of plane (d i mod s), and y is a sum over kernel
rows of products (H' W', k C) · (k C, F), image by image. This copies the image k times instead of
the k² times of im2col, and a sequence (an image of width 1) not at all. Where BLAS is faster at
small products, each product is cut into equal parts of its rows (see nn/arithmetic/products.py).

The gradient of the input is a correlation too: of dy, with stride 1 and the flipped kernel. A
stride s splits it into s² of these, one for each phase. A phase is the set of positions of dx with
the same remainders modulo s, which the same kernel elements reach, and no others do. So no product
is wasted on zeros between the elements of dy (Shi et al. 2016, arXiv:1609.07009, figure 4).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import DTypeLike

from glassnet.nn.arithmetic.buffers import Buffers, padded, slabs
from glassnet.nn.arithmetic.correlation import flipped_kernel
from glassnet.nn.arithmetic.products import parts_of, small_products_are_fast
from glassnet.nn.arithmetic.sliding import Axis, Windows
from glassnet.nn.types import Array

_CUT = small_products_are_fast()  # whether to cut each product into parts of its rows


class GeneralCorrelation:
    """The `Correlation` for any kernel, stride, padding and dilation."""

    def __init__(self, windows: Windows) -> None:
        self._windows = windows
        self._buffers = Buffers()

    def gather(self, x: Array, dtype: DTypeLike) -> None:
        self._rows, self._columns = rows, columns = self._windows.axes(x.shape[1], x.shape[2])
        border = (rows.before, rows.after, columns.before, columns.after)
        source = padded(x, border, self._buffers, "x", dtype)
        self._planes = self._gather(source, rows, columns, "planes", dtype)

    def correlate(self, kernel: Array) -> Array:
        shape = (len(self._planes), self._rows.outputs, self._columns.outputs, kernel.shape[-1])
        y = self._buffers.get("y", shape, kernel.dtype)
        for images in slabs(len(y), self._planes[:1].size):
            self._multiply(self._planes[images], kernel, self._rows, y[images])
        return y

    def kernel_gradient(self, dy: Array) -> Array:
        kh, kw = self._windows.size
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
        channels, dtype = kernel.shape[2], kernel.dtype
        rows, columns = self._windows.axes(height, width)
        dx = self._buffers.get("dx", (len(dy), height, width, channels), dtype)
        if rows.stride > rows.window or columns.stride > columns.window:
            dx[...] = 0  # no kernel element reaches the positions between the windows
        row_phases, column_phases = _phases(rows), _phases(columns)
        top, bottom = _largest_border(row_phases)
        left, right = _largest_border(column_phases)
        largest = column_phases[0].axis  # of all phases; so is the first one of the rows
        elements = row_phases[0].axis.reach * largest.outputs * largest.window * dy.shape[3]
        for images in slabs(len(dy), elements):
            source = padded(dy[images], (top, bottom, left, right), self._buffers, "dy", dtype)
            for row in row_phases:
                for column in column_phases:
                    corner = source[:, top - row.axis.before :, left - column.axis.before :]
                    planes = self._gather(corner, row.axis, column.axis, "dy planes", dtype)
                    flipped = flipped_kernel(kernel[row.taps, column.taps])
                    if rows.stride == columns.stride == 1:
                        self._multiply(planes, flipped, row.axis, dx[images])
                        continue
                    shape = (len(source), row.axis.outputs, column.axis.outputs, channels)
                    part = self._buffers.scratch("phase", shape, dtype)
                    self._multiply(planes, flipped, row.axis, part)
                    dx[images, row.positions, column.positions] = part
        return dx

    def _gather(
        self, source: Array, rows: Axis, columns: Axis, name: str, dtype: DTypeLike
    ) -> Array:
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
        planes = self._buffers.scratch(name, shape, dtype)
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
            term = self._buffers.scratch("term", y.shape, y.dtype)
        for i in range(1, len(taps)):
            np.matmul(_run(planes, rows, i, parts), taps[i], out=term)
            y += term


class _Phase(NamedTuple):
    """The positions of dx along one axis that have the same remainder modulo the stride."""

    positions: slice  # of dx
    taps: slice  # the kernel elements that reach them
    axis: Axis  # the windows that the flipped kernel has over dy there, with stride 1


def _phases(axis: Axis) -> list[_Phase]:
    """Return the phases that any kernel element reaches, for one axis of the input gradient.

    Element i reaches position h from output o where h + before = stride · o + dilation · i. With
    stride 1 there is one phase, with the outputs o = h + before - dilation · i. With a larger one
    (and dilation 1) the elements r, r + stride, ... reach the positions of one remainder, from the
    outputs (h + before - r) / stride - 0, 1, ...
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
    """Return how many zeros before and after dy are enough for all phases of an axis.

    The number after dy may be negative. The one before is not: the phase of position 0 needs some
    zeros there, or none.
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
