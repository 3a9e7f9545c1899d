from functools import partial

import numpy as np
import pytest

from glassnet.nn import SimpleRNN, SimpleRNNCell
from glassnet.nn.plain import simple_rnn_forward
from tests.mutate import mutant
from tests.nn.recurrent.cells.test_base import built, stepped


@pytest.mark.parametrize("activation", ["tanh", "relu"])
def test_it_is_the_plain_layer(activation: str, generator: np.random.Generator) -> None:
    layer = built(partial(SimpleRNN, activation=activation), 3, 4, generator)
    x, h = generator.standard_normal((5, 2, 3)), generator.standard_normal((2, 4))
    cell, wrong = SimpleRNNCell(layer, 2), mutant(SimpleRNNCell, "z += self._added[0]", "pass")
    cell.h = h
    hs = simple_rnn_forward(x, layer.Wx, layer.Wh, layer.b, h, activation)
    np.testing.assert_allclose(stepped(cell, x), hs[1:], atol=1e-13)
    assert not np.allclose(stepped(wrong(layer, 2), x), layer.forward(x))  # without the bias
