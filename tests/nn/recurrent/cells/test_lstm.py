import numpy as np
import pytest

from glassnet.nn import LSTM, LSTMCell
from tests.mutate import mutant
from tests.nn.recurrent.cells.test_base import built, stepped

MUTANTS = {
    "nothing is forgotten": ("c *= f", "pass"),
    "nothing is kept": ("c += i * g", "c[...] = i * g"),
    "cell state without tanh": ("np.multiply(o, np.tanh(c)", "np.multiply(o, c"),
    "sigmoids not halved": ("sigmoids += 0.5", "pass"),
}


@pytest.mark.parametrize("name", MUTANTS)
def test_wrong_variants_are_noticed(name: str, generator: np.random.Generator) -> None:
    layer, x = built(LSTM, 3, 4, generator), generator.standard_normal((4, 2, 3))
    found = stepped(mutant(LSTMCell, *MUTANTS[name])(layer, 2), x)
    assert not np.allclose(found, layer.forward(x))


def test_the_cell_state_can_be_written_to_and_set(generator: np.random.Generator) -> None:
    layer, x = built(LSTM, 3, 4, generator), generator.standard_normal((2, 3))
    written, was_set = LSTMCell(layer, 2), LSTMCell(layer, 2)
    c = generator.standard_normal((2, 4))
    written.c[...] = c
    was_set.c = c
    np.testing.assert_array_equal(written.step(x), was_set.step(x))
    assert not np.allclose(written.h, LSTMCell(layer, 2).step(x))
