"""A line of the table of layers, and what the rules do with one: a pass, its results, comparing."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from glassnet.nn import Array, BatchShard, Layer
from tests.nn.contract_suite.tables.layer_oracles import Oracle
from tests.nn.contract_suite.tables.layer_twins import Twin

Shape = tuple[int, ...]


@dataclass(frozen=True)
class LayerLine:
    """A layer and what the rules need to know of it.

    `shape` is that of an input and `batch_axis` the axis of its rows; `ids` is the number of ids
    if the input is ids, else 0. `wrong` are shapes that the layer must refuse. `random` says that
    it draws random numbers in training, `batch_statistics` that it then uses those of the batch.
    `state` is the shape of a carried state of one row.
    `output_axis` is the axis of the rows in the output, where it is another one than in the input.
    """

    build: Callable[[], Layer]
    shape: Shape
    oracle: Oracle | None
    twin: Twin | None
    wrong: tuple[Shape, ...] = ()
    batch_axis: int = 0
    ids: int = 0
    random: bool = False
    batch_statistics: bool = False
    state: Shape | None = None
    output_axis: int | None = None

    @property
    def axis_of_output(self) -> int:
        """Return the axis of the rows in the output."""
        return self.batch_axis if self.output_axis is None else self.output_axis

    def layer(self, dtype: np.typing.DTypeLike = np.float64) -> Layer:
        """Return the layer with parameters none of which is zero."""
        generator = np.random.default_rng(1)
        layer = self.build().initialize(generator, dtype)
        layer.theta += (0.1 * generator.standard_normal(layer.theta.size)).astype(dtype)
        for value in layer.statistics.values():
            value += 0.1 + np.abs(0.1 * generator.standard_normal(value.shape))
        return layer

    def input(self, dtype: np.typing.DTypeLike = np.float64) -> Array:
        """Return an input without ties or zeros, where some layers have a kink."""
        generator = np.random.default_rng(2)
        if self.ids:
            return generator.integers(0, self.ids, self.shape)
        return generator.standard_normal(self.shape).astype(dtype)

    def start(self, dtype: np.typing.DTypeLike = np.float64) -> dict[str, Array]:
        """Return a state to start from, or none if the layer carries none."""
        generator = np.random.default_rng(3)
        if self.state is None:
            return {}
        shape = (self.shape[self.batch_axis], *self.state)
        names = [prefix + name for prefix, part in self.build().walk() for name in part.state_names]
        return {name: generator.standard_normal(shape).astype(dtype) for name in names}


def gradient_for(y: Array) -> Array:
    """Return a gradient for an output, different everywhere and of its data type."""
    return np.random.default_rng(4).standard_normal(y.shape).astype(y.dtype)


def results(
    layer: Layer,
    x: Array,
    dy: Array | None = None,
    *,
    train: bool = False,
    start: dict[str, Array] | None = None,
    shard: BatchShard | None = None,
) -> dict[str, Array]:
    """Return copies of all that a pass forward and backward computes, by name, as an oracle does.

    Random numbers are the same in every call. Statistics of the layer are afterwards as before.
    """
    statistics = {name: value.copy() for name, value in layer.statistics.items()}
    layer.set_batch_shard(shard or BatchShard(np.random.default_rng(5)))
    layer.state = start or {}
    layer.zero_grad()
    y = layer.forward(x, train)
    found = {"y": np.array(y), "auxiliary loss": np.array(layer.total_auxiliary_loss())}
    dx = layer.backward(gradient_for(y) if dy is None else dy)
    if np.issubdtype(x.dtype, np.floating):
        found["x"] = np.array(dx)
    for name, value in {**layer.gradients, **layer.dstate}.items():
        found[name] = np.array(value)
    layer.statistics.update(statistics)
    return found


def equal(found: dict[str, Array], expected: dict[str, Array], tolerance: float = 1e-12) -> None:
    """Compare results by name; `expected` must hold each that is found, but auxiliary losses."""
    assert set(found) - {"auxiliary loss"} <= set(expected)
    for name in found.keys() & expected.keys():
        np.testing.assert_allclose(
            found[name], expected[name], rtol=tolerance, atol=tolerance, err_msg=name
        )
