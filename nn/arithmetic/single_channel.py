"""Correlation where one side has a single channel: gray images, first and last layers.

There the products of nn/arithmetic/general.py would have matrices of one row or a few. Here all
elements of the kernel take part in one product, with windows that hold one number for each:

    windows (N, kh kw, P)      of the single channel, at the P positions of the many channels

    many    = windowsᵀ K       K (kh kw, channels)
    dK      = windows · many
    single += many Kᵀ          each number is added where its window took it from

The single channel may be that of the input or, with stride 1, that of the output. In the second
case the windows slide over the output: the window of an input holds all outputs that read it
(`adjoint_axes` in nn/arithmetic/sliding.py), and the kernel is flipped.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import DTypeLike

from glassnet.nn.arithmetic.buffers import Buffers, padded, slabs
from glassnet.nn.arithmetic.correlation import flipped_kernel
from glassnet.nn.arithmetic.sliding import Axis, Windows, adjoint_axes
from glassnet.nn.types import Array


class SingleChannelCorrelation:
    """The `Correlation` between images of one channel and others; see the top of this file.

    If only the output has a single channel, the stride must be 1.
    """

    def __init__(self, windows: Windows) -> None:
        self._axes_of = windows.axes
        self._buffers = Buffers()

    def gather(self, x: Array, dtype: DTypeLike) -> None:
        self._axes = self._axes_of(x.shape[1], x.shape[2])
        self._x = x.astype(dtype, copy=False)
        if x.shape[3] == 1:
            self._windows = self._gather_windows(self._x, self._axes)

    def correlate(self, kernel: Array) -> Array:
        if kernel.shape[2] > 1:  # only the output has a single channel
            return self._to_single(self._x, flipped_kernel(kernel), adjoint_axes(self._axes))
        return self._to_many(self._windows, kernel, self._axes)

    def kernel_gradient(self, dy: Array) -> Array:
        kh, kw = (axis.window for axis in self._axes)
        single_output = self._x.shape[3] > 1
        if single_output:
            windows, many = self._gather_windows(dy, adjoint_axes(self._axes)), self._x
        else:
            windows, many = self._windows, dy
        channels = many.shape[-1]
        products = windows @ many.reshape(len(many), windows.shape[2], channels)
        dK = products.sum(axis=0).reshape(kh, kw, 1, channels)
        return flipped_kernel(dK) if single_output else dK

    def input_gradient(self, dy: Array, kernel: Array, height: int, width: int) -> Array:
        axes = self._axes_of(height, width)
        if kernel.shape[2] > 1:  # only the output has a single channel
            axes = adjoint_axes(axes)
            return self._to_many(self._gather_windows(dy, axes), flipped_kernel(kernel), axes)
        return self._to_single(dy, kernel, axes)

    def _gather_windows(self, single: Array, axes: tuple[Axis, Axis]) -> Array:
        """Return windows (N, kh kw, P) of images (N, H, W, 1)."""
        rows, columns = axes
        border = (rows.before, rows.after, columns.before, columns.after)
        source = padded(single, border, self._buffers, "padded", single.dtype)[..., 0]
        shape = (len(source), rows.window, columns.window, rows.outputs, columns.outputs)
        windows = self._buffers.get("windows", shape, single.dtype)
        for i, vertical in enumerate(_positions(rows)):
            for j, horizontal in enumerate(_positions(columns)):
                windows[:, i, j] = source[:, vertical, horizontal]
        return windows.reshape(
            len(source), rows.window * columns.window, rows.outputs * columns.outputs
        )

    def _to_many(self, windows: Array, kernel: Array, axes: tuple[Axis, Axis]) -> Array:
        """Return images (N, H, W, F) for windows and a kernel (kh, kw, 1, F)."""
        filters = kernel.shape[3]
        shape = (len(windows), axes[0].outputs, axes[1].outputs, filters)
        many = self._buffers.get("many", shape, kernel.dtype)
        np.matmul(
            windows.swapaxes(1, 2),
            kernel.reshape(windows.shape[1], filters),
            out=many.reshape(len(windows), windows.shape[2], filters),
        )
        return many

    def _to_single(self, many: Array, kernel: Array, axes: tuple[Axis, Axis]) -> Array:
        """Return images (N, H, W, 1) that each pixel of `many` (N, H', W', F) adds a kernel to."""
        rows, columns = axes
        n, height, width, filters = many.shape
        elements = rows.window * columns.window
        taps = np.ascontiguousarray(kernel.reshape(elements, filters).T)
        whole = (  # with the padding, and with the positions that no window reads
            max(rows.reach, rows.before + rows.size),
            max(columns.reach, columns.before + columns.size),
        )
        single = self._buffers.get("single", (n, rows.size, columns.size, 1), kernel.dtype)
        for images in slabs(n, height * width * elements):
            part = many[images].reshape(-1, height * width, filters)
            shape = (len(part), height * width, elements)
            products = self._buffers.get("products", shape, kernel.dtype)
            np.matmul(part, taps, out=products)
            products = products.reshape(-1, height, width, rows.window, columns.window)
            sums = self._buffers.get("sums", (len(part), *whole), kernel.dtype)
            sums[...] = 0
            for i, vertical in enumerate(_positions(rows)):
                for j, horizontal in enumerate(_positions(columns)):
                    sums[:, vertical, horizontal] += products[:, :, :, i, j]
            sums = sums[:, rows.before :, columns.before :]
            single[images, ..., 0] = sums[:, : rows.size, : columns.size]
        return single


def _positions(axis: Axis) -> list[slice]:
    """Return, for each element of a window, its positions for all outputs, padding included."""
    starts = [axis.dilation * i for i in range(axis.window)]
    return [slice(start, start + axis.stride * axis.outputs, axis.stride) for start in starts]
