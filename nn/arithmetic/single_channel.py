"""Correlation where one side has a single channel: grey images, first and last layers.

There the products of nn/arithmetic/correlation.py would have matrices of a row or a few. Here all
elements of
the kernel take part in one product, with windows that hold one number for each of them:

    windows (N, kh kw, P)      of the single channel, at the P positions of the many channels

    many    = windowsᵀ K       K (kh kw, channels)
    dK      = windows · many
    single += many Kᵀ          each number added to where its window took it from

The single channel may be the input or, without stride, the output: the window of the output
around a position of the input holds all that this input was added to, and K is then turned by
180° (see `input_gradient` in nn/arithmetic/correlation.py).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from glassnet.nn.arithmetic.correlation import Correlation, flipped_kernel, slabs, turned_axes
from glassnet.nn.arithmetic.sliding import Axis, padded
from glassnet.nn.types import Array


class SingleChannelCorrelation(Correlation):
    """`Correlation` of the same parameters, results and errors, where one side has one channel.

    Where that is the output alone ("turned"), the stride must be 1.
    """

    def gather(self, x: Array, dtype: Any) -> None:
        self._axes = self.axes(x.shape[1], x.shape[2])
        self._x = x.astype(dtype, copy=False)
        if x.shape[3] == 1:
            self._windows = self._gather_windows(self._x, self._axes)

    def correlate(self, kernel: Array) -> Array:
        if kernel.shape[2] > 1:  # turned
            return self._to_single(self._x, flipped_kernel(kernel), turned_axes(self._axes))
        return self._to_many(self._windows, kernel, self._axes)

    def kernel_gradient(self, dy: Array) -> Array:
        kh, kw = self.kernel_size
        turned = self._x.shape[3] > 1
        if turned:
            windows, many = self._gather_windows(dy, turned_axes(self._axes)), self._x
        else:
            windows, many = self._windows, dy
        channels = many.shape[-1]
        products = windows @ many.reshape(len(many), windows.shape[2], channels)
        dK = products.sum(axis=0).reshape(kh, kw, 1, channels)
        return flipped_kernel(dK) if turned else dK

    def input_gradient(self, dy: Array, kernel: Array, height: int, width: int) -> Array:
        axes = self.axes(height, width)
        if kernel.shape[2] > 1:  # turned
            axes = turned_axes(axes)
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
        """Return images (N, H, W, 1): what others (N, H', W', F) and a kernel add up to."""
        rows, columns = axes
        n, height, width, filters = many.shape
        elements = rows.window * columns.window
        taps = np.ascontiguousarray(kernel.reshape(elements, filters).T)
        whole = (  # with the padding, and with what no window reads
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
    """Return, for each element of a window, where it lies for all outputs, padding counted."""
    starts = [axis.dilation * i for i in range(axis.window)]
    return [slice(start, start + axis.stride * axis.outputs, axis.stride) for start in starts]
