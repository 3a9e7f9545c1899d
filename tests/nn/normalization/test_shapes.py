import numpy as np
import pytest

from glassnet.nn import LayerNorm
from glassnet.nn.normalization.shapes import column_sums, in_rows, require_epsilon, squares, widened


def test_rows_are_views_where_they_can_be() -> None:
    x = np.zeros((2, 3, 4), np.float32)
    rows = in_rows(LayerNorm(4), x, np.float32)
    assert rows.shape == (6, 4)
    assert np.shares_memory(rows, x)
    assert in_rows(LayerNorm(3), x.swapaxes(1, 2), np.float64).flags.c_contiguous
    assert in_rows(LayerNorm(3), x[0].T, np.float32).flags.c_contiguous
    assert in_rows(LayerNorm(4), x[0, 0], np.float32).shape == (1, 4)
    assert in_rows(LayerNorm(4), x[:0], np.float32).shape == (0, 4)
    with pytest.raises(
        ValueError, match=r"LayerNorm expects a last axis of 5, got shape \(2, 3, 4"
    ):
        in_rows(LayerNorm(5), x, np.float32)


@pytest.mark.parametrize(
    ("shape", "joined"),
    [
        ((100, 3), 1),  # without further axes no rows are joined
        ((9, 28, 28, 16), 28 * 28),  # a line of 28 pixels has less than 512 numbers
        ((9, 28, 28, 32), 28),
        ((9, 28, 28, 512), 1),
        ((0, 0, 5, 2), 5),
    ],
)
def test_rows_of_few_channels_are_joined(shape: tuple[int, ...], joined: int) -> None:
    assert widened(shape) == joined


def test_epsilon() -> None:
    assert type(require_epsilon(LayerNorm(3), np.float32(0.5))) is float


def test_sums_by_products(generator: np.random.Generator) -> None:
    x = generator.standard_normal((4, 3)) + 1e-30j  # a complex step
    np.testing.assert_allclose(squares(x), (x * x).sum(axis=1)[:, None], rtol=1e-14)
    np.testing.assert_allclose(column_sums(x), x.sum(axis=0), rtol=1e-14, atol=1e-15)
    assert squares(x[:0]).shape == (0, 1)
    assert column_sums(x[:0]).tolist() == [0, 0, 0]
