"""Correlation with any kernel; test_correlation.py has what it shares with the other ways."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glassnet.nn import Conv2D
from glassnet.nn.arithmetic import general
from glassnet.nn.arithmetic.general import GeneralCorrelation, _phases
from glassnet.nn.arithmetic.products import parts_of
from glassnet.nn.arithmetic.sliding import Axis, Padding, Windows, window_axis
from glassnet.nn.gradcheck import GradientError, check_layer
from tests.mutate import mutant

small = st.integers(1, 5)


@pytest.mark.parametrize("stride", [1, 2])
def test_products_cut_into_parts_give_the_same(
    stride: int, monkeypatch: pytest.MonkeyPatch, generator: np.random.Generator
) -> None:
    x = generator.standard_normal((2, 28, 28, 32))
    layer = Conv2D(32, 48, 3, stride, "same").initialize(generator, np.float64)
    found = []
    for cut in (False, True):
        monkeypatch.setattr(general, "_CUT", cut)
        layer.zero_grad()
        y = layer.forward(x).copy()
        dx = layer.backward(np.cos(y)).copy()
        found.append((y, dx, layer.grad.copy()))
    assert parts_of(14 * 14, 3 * 32, 48) == 1 < parts_of(28 * 28, 3 * 32, 48)
    for whole, parts in zip(*found, strict=True):
        np.testing.assert_allclose(parts, whole, atol=1e-10)


def reached(axis: Axis) -> dict[int, set[tuple[int, int]]]:
    """The pairs (output, element of the window) that read each input, by the definition."""
    pairs: dict[int, set[tuple[int, int]]] = {h: set() for h in range(axis.size)}
    for o in range(axis.outputs):
        for i in range(axis.window):
            h = axis.stride * o + axis.dilation * i - axis.before
            if 0 <= h < axis.size:
                pairs[h].add((o, i))
    return pairs


@given(
    size=st.integers(1, 12),
    window=small,
    stride=small,
    dilation=small,
    padding=st.sampled_from(["valid", "same"]),
)
def test_phases_hold_each_pair_of_an_output_and_an_element_once(
    size: int, window: int, stride: int, dilation: int, padding: Padding
) -> None:
    if stride > 1:
        dilation = 1
    if padding == "valid" and (window - 1) * dilation >= size:
        return
    axis = window_axis(size, window, stride, dilation, padding)
    found: dict[int, set[tuple[int, int]]] = {h: set() for h in range(size)}
    for phase in _phases(axis):
        taps = range(window)[phase.taps]
        for number, h in enumerate(range(size)[phase.positions]):
            for j in range(phase.axis.window):
                o = number + phase.axis.dilation * j - phase.axis.before
                if 0 <= o < axis.outputs:
                    found[h].add((o, taps[-1 - j]))  # the flipped kernel
    assert found == reached(axis)


FLIPPED = "flipped_kernel(kernel[row.taps, column.taps])"


@pytest.mark.parametrize(
    ("old", "new", "culprit"),
    [
        (FLIPPED, "kernel[row.taps, column.taps].swapaxes(2, 3)", "^input"),
        ("dx[images, row.positions, column.positions] = part", "dx[:] = 0", "^input"),
        ("dK[i] += products", "dK[0] += products", "^parameter W"),
        ("run.swapaxes(2, 3), dy[images]", "run.swapaxes(2, 3), dy[images][::-1]", "^parameter W"),
    ],
)
def test_a_wrong_correlation_is_rejected(
    old: str, new: str, culprit: str, generator: np.random.Generator
) -> None:
    layer = Conv2D(2, 3, 3, 2, "same")
    layer.correlation = mutant(GeneralCorrelation, old, new)(Windows((3, 3), (2, 2), "same"))
    with pytest.raises(GradientError, match=culprit):
        check_layer(layer, generator.standard_normal((2, 6, 6, 2)))
