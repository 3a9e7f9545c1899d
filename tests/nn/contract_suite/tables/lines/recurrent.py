"""The lines of recurrent layers."""

from glassnet.nn import LSTM
from tests.nn.contract_suite.tables import layer_oracles as oracles
from tests.nn.contract_suite.tables import layer_twins as twins
from tests.nn.contract_suite.tables.lines.line import LayerLine

RECURRENT: dict[str, LayerLine] = {
    "LSTM": LayerLine(
        lambda: LSTM(3, 4),
        (6, 5, 3),
        oracles.lstm,
        twins.lstm,
        ((6, 5, 2), (5, 3), (6, 5, 3, 1)),
        batch_axis=1,
        state=(4,),
    ),
    "LSTM with weight drop": LayerLine(
        lambda: LSTM(3, 4, weight_drop=0.5),
        (6, 5, 3),
        oracles.lstm,
        twins.lstm,
        ((6, 5, 4),),
        batch_axis=1,
        random=True,
        state=(4,),
    ),
    "LSTM with state dropout": LayerLine(
        lambda: LSTM(3, 4, state_dropout=0.5),
        (6, 5, 3),
        oracles.lstm_with_state_dropout,
        twins.lstm_with_state_dropout,
        ((6, 5, 4),),
        batch_axis=1,
        random=True,
        state=(4,),
    ),
    "LSTM of ids": LayerLine(
        lambda: LSTM(6, 4),
        (6, 5),
        oracles.lstm,
        twins.lstm,
        ((6,), (6, 5, 1)),
        batch_axis=1,
        ids=6,
        state=(4,),
    ),
}
