"""The lines of pooling layers."""

from glassnet.nn import (
    AveragePool1D,
    AveragePool2D,
    GlobalAveragePool1D,
    GlobalAveragePool2D,
    GlobalMaxPool1D,
    GlobalMaxPool2D,
    MaxPool1D,
    MaxPool2D,
)
from tests.nn.contract_suite.tables import layer_oracles as oracles
from tests.nn.contract_suite.tables import layer_twins as twins
from tests.nn.contract_suite.tables.lines.feedforward import (
    IMAGES,
    NO_IMAGES,
    NO_SEQUENCES,
    SEQUENCES,
)
from tests.nn.contract_suite.tables.lines.line import LayerLine

POOLING: dict[str, LayerLine] = {
    "MaxPool1D": LayerLine(
        lambda: MaxPool1D(3, stride=2),
        SEQUENCES,
        oracles.max_pooling(3, 2, "valid"),
        twins.max_pooling(3, 2),
        NO_SEQUENCES,
    ),
    "MaxPool2D": LayerLine(
        MaxPool2D, IMAGES, oracles.max_pooling(2, 2, "valid"), twins.max_pooling(2, 2), NO_IMAGES
    ),
    "MaxPool2D, same": LayerLine(
        lambda: MaxPool2D(3, 2, "same"), IMAGES, oracles.max_pooling(3, 2, "same"), None, NO_IMAGES
    ),
    "AveragePool1D": LayerLine(
        lambda: AveragePool1D(3, stride=2),
        SEQUENCES,
        oracles.average_pooling(3, 2, "valid"),
        twins.average_pooling(3, 2),
        NO_SEQUENCES,
    ),
    "AveragePool2D": LayerLine(
        AveragePool2D,
        IMAGES,
        oracles.average_pooling(2, 2, "valid"),
        twins.average_pooling(2, 2),
        NO_IMAGES,
    ),
    "AveragePool2D, same": LayerLine(
        lambda: AveragePool2D(3, 1, "same"),
        IMAGES,
        oracles.average_pooling(3, 1, "same"),
        twins.average_pooling(3, 1, padding=1),
        NO_IMAGES,
    ),
    "GlobalAveragePool1D": LayerLine(
        GlobalAveragePool1D,
        SEQUENCES,
        oracles.global_average,
        lambda layer, p, x, draw: x.mean(dim=1),
        (*NO_SEQUENCES, (3, 0, 2)),
    ),
    "GlobalAveragePool2D": LayerLine(
        GlobalAveragePool2D,
        IMAGES,
        oracles.global_average,
        lambda layer, p, x, draw: x.mean(dim=(1, 2)),
        (*NO_IMAGES, (3, 0, 5, 2), (3, 6, 0, 2)),
    ),
    "GlobalMaxPool1D": LayerLine(
        GlobalMaxPool1D,
        SEQUENCES,
        oracles.global_max,
        lambda layer, p, x, draw: x.amax(dim=1),
        (*NO_SEQUENCES, (3, 0, 2)),
    ),
    "GlobalMaxPool2D": LayerLine(
        GlobalMaxPool2D,
        IMAGES,
        oracles.global_max,
        lambda layer, p, x, draw: x.amax(dim=(1, 2)),
        (*NO_IMAGES, (3, 0, 5, 2), (3, 6, 0, 2)),
    ),
}
