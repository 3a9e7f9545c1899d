"""The recurrent layers, sizes of them, states to start from, and wrong variants of them."""

import inspect
import sys
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest

from glassnet.nn import GRU, LSTM, Array, SimpleRNN
from glassnet.nn.recurrent.base import RecurrentLayer
from tests.mutate import mutant

KINDS: dict[str, Callable[..., RecurrentLayer]] = {
    "LSTM": LSTM,
    "GRU": GRU,
    "GRU, reset before": partial(GRU, reset_after=False),
    "SimpleRNN": SimpleRNN,
    "SimpleRNN with relu": partial(SimpleRNN, activation="relu"),
}

every_kind = pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))

# (rows, units) that lead to one tile, to several, to several blocks of rows, to a single row.
TILINGS = {
    "one tile": (3, 5),
    "several tiles": (50, 512),
    "several blocks": (64, 512),
    "single row": (1, 64),
}


def state_of(
    kind: Callable[..., RecurrentLayer], generator: np.random.Generator, rows: int, units: int
) -> dict[str, Array]:
    """A state to start from, which differs everywhere."""
    return {name: generator.standard_normal((rows, units)) for name in kind(1, 1).state_names}


def wrong_variant(kind: Callable[..., Any], old: str, new: str) -> Callable[..., Any]:
    """Return a recurrent layer with one place changed, in its own source or in its base's."""
    options = kind.keywords if isinstance(kind, partial) else {}
    layer = kind.func if isinstance(kind, partial) else kind
    if old in inspect.getsource(layer):
        return partial(mutant(layer, old, new), **options)
    names = dict(vars(sys.modules[layer.__module__]))
    names["RecurrentLayer"] = mutant(RecurrentLayer, old, new)
    exec(compile(inspect.getsource(layer), f"<{layer.__name__} on a mutant>", "exec"), names)
    return partial(names[layer.__name__], **options)
