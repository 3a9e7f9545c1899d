from hypothesis import given
from hypothesis import strategies as st

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
