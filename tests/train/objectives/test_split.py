import numpy as np
import pytest

from glassnet.train.objectives import split


@pytest.mark.parametrize(("validation", "held_out"), [(0.0, 0), (0.1, 1), (0.19, 1), (0.5, 5)])
def test_the_last_rows_are_held_out(validation: float, held_out: int) -> None:
    training, rest = split(np.arange(10), validation)
    assert len(rest) == held_out
    np.testing.assert_array_equal(np.concatenate([training, rest]), np.arange(10))
