"""The tables hold every public layer, cell, loss, optimizer and average, and nothing else."""

import inspect

from glassnet import nn
from glassnet.nn import Layer, Optimizer
from tests.nn.contract_suite.tables.cells import CELLS
from tests.nn.contract_suite.tables.layers import LAYERS
from tests.nn.contract_suite.tables.losses import LOSSES
from tests.nn.contract_suite.tables.optimizers import AVERAGES, OPTIMIZER_LINES, PENALTIES

PUBLIC = [getattr(nn, name) for name in nn.__all__]


def public(base: type) -> set[type]:
    """The public classes below a base."""
    classes = {kind for kind in PUBLIC if inspect.isclass(kind) and issubclass(kind, base)}
    return classes - {base}


def test_every_layer_is_in_the_table() -> None:
    assert {type(line.build()) for line in LAYERS.values()} == public(Layer)


def test_every_optimizer_is_in_the_table() -> None:
    assert {type(line.build()) for line in OPTIMIZER_LINES.values()} == public(Optimizer)


def test_every_other_class_is_in_a_table() -> None:
    """Whatever computes something is in one; only the bases and records are not."""
    classes = {kind for kind in PUBLIC if inspect.isclass(kind)}
    others = classes - public(Layer) - public(Optimizer) - {Layer, Optimizer}
    others -= {nn.BatchShard, nn.ParameterGroup}
    cells = {type(line.cell(line.initialized(), 1)) for line in CELLS.values()}
    averages = {type(average(0.9)) for average in AVERAGES.values()}
    assert cells | averages | {type(build()) for build, _, _ in PENALTIES.values()} == others


def test_every_loss_is_in_the_table() -> None:
    losses = {getattr(nn.losses, name) for name in nn.losses.__all__} - {nn.rows_to_average}
    assert all(loss.__name__ in nn.__all__ for loss in losses)
    assert {getattr(line.loss, "func", line.loss) for line in LOSSES.values()} == losses


def test_the_first_line_of_each_layer_has_an_oracle_and_a_twin() -> None:
    for kind in public(Layer) - {nn.Sequential}:
        assert LAYERS[kind.__name__].oracle is not None
        assert LAYERS[kind.__name__].twin is not None
