"""The table of all layers: a line for each, and a second one where other code runs.

Every line goes through every rule in `tests/nn/contract_suite`. A layer is in the suite by being
in this table; `test_tables.py` fails when one is not.
"""

from tests.nn.contract_suite.tables.lines.activations import ACTIVATIONS
from tests.nn.contract_suite.tables.lines.attention import ATTENTION
from tests.nn.contract_suite.tables.lines.branches import BRANCHES
from tests.nn.contract_suite.tables.lines.feedforward import FEEDFORWARD
from tests.nn.contract_suite.tables.lines.line import LayerLine
from tests.nn.contract_suite.tables.lines.normalization import NORMALIZATION
from tests.nn.contract_suite.tables.lines.pooling import POOLING
from tests.nn.contract_suite.tables.lines.recurrent import RECURRENT

LAYERS: dict[str, LayerLine] = {
    **FEEDFORWARD,
    **POOLING,
    **ACTIVATIONS,
    **BRANCHES,
    **NORMALIZATION,
    **RECURRENT,
    **ATTENTION,
}
