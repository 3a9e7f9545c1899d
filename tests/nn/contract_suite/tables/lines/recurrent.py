"""The lines of recurrent layers."""

from collections.abc import Callable
from functools import partial
from typing import Any

from glassnet.nn import GRU, LSTM, Bidirectional, LastStep, SimpleRNN
from tests.nn.contract_suite.tables import recurrent_oracles as oracles
from tests.nn.contract_suite.tables import recurrent_twins as twins
from tests.nn.contract_suite.tables.layer_twins import Twin
from tests.nn.contract_suite.tables.lines.line import LayerLine

VECTORS = {
    "shape": (6, 5, 3),
    "wrong": ((6, 5, 2), (5, 3), (6, 5, 3, 1)),
    "batch_axis": 1,
    "state": (4,),
}
IDS = {"shape": (6, 5), "wrong": ((6,), (6, 5, 1)), "batch_axis": 1, "state": (4,), "ids": 6}


def lines(name: str, kind: Callable[..., Any], twin: Twin) -> dict[str, LayerLine]:
    """Lines of vectors and ids, and with each kind of dropout, of one kind of layer."""
    line = partial(LayerLine, oracle=oracles.recurrent, twin=twin)
    dropping = partial(line, random=True, **VECTORS)
    return {
        name: line(lambda: kind(3, 4), **VECTORS),
        f"{name} of ids": line(lambda: kind(6, 4), **IDS),
        f"{name} with weight drop": dropping(lambda: kind(3, 4, weight_drop=0.5)),
        f"{name} with state dropout": dropping(
            lambda: kind(3, 4, state_dropout=0.5),
            oracle=oracles.with_state_dropout,
            twin=twins.step_by_step,
        ),
    }


RECURRENT: dict[str, LayerLine] = {
    **lines("LSTM", LSTM, twins.recurrent),
    **lines("GRU", GRU, twins.recurrent),
    **lines("GRU, reset before", partial(GRU, reset_after=False), twins.step_by_step),
    **lines("SimpleRNN", SimpleRNN, twins.recurrent),
    "SimpleRNN with relu": LayerLine(
        lambda: SimpleRNN(3, 4, activation="relu"),
        oracle=oracles.recurrent,
        twin=twins.recurrent,
        **VECTORS,  # type: ignore[arg-type]
    ),
    "Bidirectional": LayerLine(
        lambda: Bidirectional(LSTM(3, 4)),
        (6, 5, 3),
        oracles.bidirectional,
        twins.bidirectional,
        ((6,), (6, 5, 2)),
        batch_axis=1,
    ),
    "Bidirectional of ids, last step": LayerLine(
        lambda: Bidirectional(GRU(6, 4), GRU(6, 4), last_step=True),
        (6, 5),
        oracles.bidirectional,
        twins.bidirectional,
        ((6,), (0, 5)),
        batch_axis=1,
        output_axis=0,
        ids=6,
    ),
    "LastStep": LayerLine(
        LastStep,
        (6, 5, 3),
        oracles.last_step,
        lambda layer, p, x, draw: x[-1] * 1,
        ((6,), (0, 5, 3)),
        batch_axis=1,
        output_axis=0,
    ),
}
