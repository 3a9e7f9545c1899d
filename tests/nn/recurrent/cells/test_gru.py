from functools import partial

import numpy as np
import pytest

from glassnet.nn import GRU, GRUCell
from glassnet.nn.plain import gru_forward
from tests.mutate import mutant
from tests.nn.recurrent.cells.test_base import built, stepped

BOTH = {
    "update gate the other way round": ("        h -= n\n", "        h[...] = n - h\n"),
    "nothing is kept": ("        h *= z\n", "        h *= 0\n"),
    "sigmoids not halved": ("sigmoids += 0.5", "pass"),
}
MUTANTS = {
    **{f"{name}, reset after": (GRU, change) for name, change in BOTH.items()},
    **{f"{name}, reset before": (partial(GRU, reset_after=False), change)
       for name, change in BOTH.items()},
    "no second bias": (GRU, ("n += self._bh", "pass")),
    "no reset after": (GRU, ("n *= r", "pass")),
    "no reset before": (
        partial(GRU, reset_after=False),
        ("np.multiply(r, self._h_tiles", "np.multiply(1, self._h_tiles"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", MUTANTS)
def test_wrong_variants_are_noticed(name: str, generator: np.random.Generator) -> None:
    kind, change = MUTANTS[name]
    layer, x = built(kind, 3, 4, generator), generator.standard_normal((4, 2, 3))
    found = stepped(mutant(GRUCell, *change)(layer, 2), x)
    assert not np.allclose(found, layer.forward(x))


@pytest.mark.parametrize("reset_after", [True, False])
def test_it_is_the_plain_gru(reset_after: bool, generator: np.random.Generator) -> None:
    layer = built(partial(GRU, reset_after=reset_after), 3, 4, generator)
    x, h = generator.standard_normal((5, 2, 3)), generator.standard_normal((2, 4))
    cell = GRUCell(layer, 2)
    cell.h = h
    hs, _ = gru_forward(x, layer.Wx, layer.Wh, layer.b, h, layer.parameters.get("bh"))
    np.testing.assert_allclose(stepped(cell, x), hs[1:], atol=1e-13)
