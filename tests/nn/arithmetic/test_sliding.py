from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glassnet.nn import Layer
from glassnet.nn.arithmetic.sliding import (
    Padding,
    Windows,
    adjoint_axes,
    check_input,
    pair,
    window_axis,
)

small = st.integers(1, 5)
paddings: st.SearchStrategy[Padding] = st.sampled_from(["valid", "same"])


@pytest.mark.parametrize(
    ("size", "window", "stride", "padding", "outputs", "before", "after"),
    [
        (28, 3, 1, "same", 28, 1, 1),
        (28, 3, 2, "same", 14, 0, 1),
        (7, 3, 2, "same", 4, 1, 1),
        (28, 2, 1, "same", 28, 0, 1),
        (7, 2, 2, "same", 4, 0, 1),
        (4, 2, 2, "same", 2, 0, 0),
        (16, 3, 1, "valid", 14, 0, 0),
        (8, 3, 2, "valid", 3, 0, -1),
        (5, 1, 3, "same", 2, 0, -1),
    ],
)
def test_windows_of_the_networks(
    size: int, window: int, stride: int, padding: Padding, outputs: int, before: int, after: int
) -> None:
    axis = window_axis(size, window, stride, 1, padding)
    assert (axis.outputs, axis.before, axis.after) == (outputs, before, after)


@given(size=st.integers(1, 12), window=small, stride=small, dilation=small)
def test_same_pads_as_little_as_it_can(size: int, window: int, stride: int, dilation: int) -> None:
    axis = window_axis(size, window, stride, dilation, "same")
    assert (axis.outputs - 1) * stride < size <= axis.outputs * stride
    assert axis.before in (max(axis.after, 0), max(axis.after - 1, 0))
    assert axis.before + axis.size + axis.after == axis.reach


@given(size=st.integers(1, 12), window=small, stride=small, dilation=small)
def test_valid_leaves_no_window_out(size: int, window: int, stride: int, dilation: int) -> None:
    if (window - 1) * dilation >= size:
        with pytest.raises(ValueError, match="use padding='same', a smaller window"):
            window_axis(size, window, stride, dilation, "valid")
        return
    axis = window_axis(size, window, stride, dilation, "valid")
    assert axis.before == 0
    assert axis.reach <= size < axis.reach + stride


@given(size=st.integers(1, 12), window=small, dilation=small, padding=paddings)
def test_the_adjoint_axes_read_each_output_where_it_reads(
    size: int, window: int, dilation: int, padding: Padding
) -> None:
    if padding == "valid" and (window - 1) * dilation >= size:
        return
    axis = window_axis(size, window, 1, dilation, padding)
    adjoint, _ = adjoint_axes((axis, axis))
    reads = {
        (o, i, o + dilation * i - axis.before) for o in range(axis.outputs) for i in range(window)
    }
    found = {
        (h + dilation * j - adjoint.before, window - 1 - j, h)
        for h in range(adjoint.outputs)
        for j in range(window)
    }
    inside = {(o, i, h) for o, i, h in reads if 0 <= h < size}
    assert {(o, i, h) for o, i, h in found if 0 <= o < axis.outputs} == inside


def test_windows() -> None:
    windows = Windows((3, 2), (2, 1), "same")
    assert windows.axes(5, 4) == (window_axis(5, 3, 2, 1, "same"), window_axis(4, 2, 1, 1, "same"))
    with pytest.raises(ValueError, match="padding must be 'valid' or 'same', not 'full'"):
        Windows((3, 3), padding="full")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="only one of stride and dilation"):
        Windows((3, 3), (2, 1), dilation=(1, 2))


def test_pair() -> None:
    assert pair(3, "window") == (3, 3)
    assert pair((1, 2), "window") == (1, 2)
    with pytest.raises(ValueError, match="window must be at least 1, not 0"):
        pair(0, "window")


@pytest.mark.parametrize("value", [(1, 2, 3), (2.5, 1), "2", ()])
def test_what_is_no_pair(value: Any) -> None:
    with pytest.raises(ValueError, match="window must be a whole number or two of them, not"):
        pair(value, "window")


def test_check_input() -> None:
    check_input(Layer(), np.zeros((1, 2, 3)), 3)
    check_input(Layer(), np.zeros((1, 2, 3)), 3, 3)
    with pytest.raises(ValueError, match=r"Layer expects shape \(N, H, W, C\), got \(1, 2, 3\)"):
        check_input(Layer(), np.zeros((1, 2, 3)), 4)
    with pytest.raises(ValueError, match=r"Layer expects shape \(N, L, 2\), got \(1, 2, 3\)"):
        check_input(Layer(), np.zeros((1, 2, 3)), 3, 2)
