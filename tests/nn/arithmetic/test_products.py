import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glassnet.nn import Conv2D
from glassnet.nn.arithmetic import general
from glassnet.nn.arithmetic.products import NO_PACKING, parts_of


@given(rows=st.integers(0, 2000), inner=st.integers(1, 2000), columns=st.integers(1, 600))
def test_parts_are_equal_and_small_enough_or_there_is_one(
    rows: int, inner: int, columns: int
) -> None:
    parts = parts_of(rows, inner, columns)
    assert parts == 1 or rows % parts == 0
    assert parts == 1 or rows // parts >= 16
    assert parts == 1 or rows // parts * inner * columns <= NO_PACKING
    assert parts == 1 or rows * inner * columns > NO_PACKING


@pytest.mark.parametrize("stride", [1, 2])
def test_convolutions_are_the_same_in_parts(
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
