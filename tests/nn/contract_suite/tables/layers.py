"""The table of all layers: a line for each, and a second one where other code runs.

Every line goes through every rule in `tests/nn/contract_suite`. A layer is in the suite by being
in this table; `test_tables.py` fails when one is not.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from glassnet.nn import (
    LSTM,
    ActivityRegularization,
    Array,
    BatchShard,
    Conv1D,
    Conv2D,
    Conv2DTranspose,
    Cropping2D,
    Dense,
    Dropout,
    Embedding,
    Flatten,
    GaussianNoise,
    GaussianSampling,
    Layer,
    MaxPool1D,
    MaxPool2D,
    ReLU,
    Reshape,
    Sequential,
    Sigmoid,
    Softmax,
    Tanh,
    UpSampling1D,
    UpSampling2D,
    ZeroPadding2D,
)
from tests.nn.contract_suite.tables import layer_oracles as oracles
from tests.nn.contract_suite.tables import layer_twins as twins
from tests.nn.contract_suite.tables.layer_oracles import Oracle
from tests.nn.contract_suite.tables.layer_twins import Twin

Shape = tuple[int, ...]


@dataclass(frozen=True)
class LayerLine:
    """A layer and what the rules need to know of it.

    `shape` is that of an input and `batch_axis` the axis of its rows; `ids` is the number of ids
    if the input is ids, else 0. `wrong` are shapes that the layer must refuse. `random` says that
    it draws random numbers in training, `state` is the shape of a carried state of one row.
    """

    build: Callable[[], Layer]
    shape: Shape
    oracle: Oracle | None
    twin: Twin | None
    wrong: tuple[Shape, ...] = ()
    batch_axis: int = 0
    ids: int = 0
    random: bool = False
    state: Shape | None = None

    def layer(self, dtype: np.typing.DTypeLike = np.float64) -> Layer:
        """Return the layer with parameters none of which is zero."""
        generator = np.random.default_rng(1)
        layer = self.build().initialize(generator, dtype)
        layer.theta += (0.1 * generator.standard_normal(layer.theta.size)).astype(dtype)
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


def slope_of_tanh(x: Array) -> Array:
    return np.asarray(1 - np.tanh(x) ** 2)


IMAGES, SEQUENCES = (3, 6, 5, 2), (3, 7, 2)
NO_IMAGES = ((6, 5, 2), (2, 3, 6, 5, 2))
NO_SEQUENCES = ((7, 2), (3, 7, 5, 2))

LAYERS: dict[str, LayerLine] = {
    "Dense": LayerLine(
        lambda: Dense(3, 4), (5, 3), oracles.dense, twins.dense, ((5, 4), (3, 5), (3, 1), ())
    ),
    "Dense of sequences": LayerLine(
        lambda: Dense(3, 4), (4, 5, 3), oracles.dense, twins.dense, ((4, 5, 4),), batch_axis=1
    ),
    "Embedding": LayerLine(
        lambda: Embedding(6, 3), (4, 5), oracles.embedding, twins.embedding, ids=6
    ),
    "ReLU": LayerLine(
        ReLU,
        (4, 3),
        oracles.elementwise(lambda x: np.where(x > 0, x, 0), lambda x: x > 0),
        twins.function("relu"),
    ),
    "Sigmoid": LayerLine(
        Sigmoid,
        (4, 3, 2),
        oracles.elementwise(oracles.logistic, lambda x: oracles.logistic(x) * oracles.logistic(-x)),
        twins.function("sigmoid"),
    ),
    "Softmax": LayerLine(Softmax, (4, 3, 5), oracles.softmax, twins.function("softmax", dim=-1)),
    "Tanh": LayerLine(
        Tanh, (4, 3), oracles.elementwise(np.tanh, slope_of_tanh), twins.function("tanh")
    ),
    "Conv1D": LayerLine(
        lambda: Conv1D(2, 3, 3, stride=2),
        SEQUENCES,
        oracles.convolution(2),
        twins.convolution(stride=2),
        (*NO_SEQUENCES, (3, 7, 1), (3, 7, 3)),
    ),
    "Conv1D with dilation": LayerLine(
        lambda: Conv1D(2, 3, 3, padding="same", dilation=2),
        SEQUENCES,
        oracles.convolution(1, "same", 2),
        twins.convolution(padding="same", dilation=2),
        (*NO_SEQUENCES, (3, 7, 1)),
    ),
    "Conv2D": LayerLine(
        lambda: Conv2D(2, 3, 3, stride=2),
        IMAGES,
        oracles.convolution(2),
        twins.convolution(stride=2),
        (*NO_IMAGES, (3, 6, 5, 1), (3, 6, 5, 3)),
    ),
    "Conv2D, same": LayerLine(
        lambda: Conv2D(2, 3, 3, padding="same"),
        IMAGES,
        oracles.convolution(1, "same"),
        twins.convolution(padding="same"),
        (*NO_IMAGES, (3, 6, 5, 1)),
    ),
    "Conv2D of one channel": LayerLine(
        lambda: Conv2D(1, 3, 2),
        (3, 6, 5, 1),
        oracles.convolution(),
        twins.convolution(),
        (*NO_IMAGES, (3, 6, 5, 2)),
    ),
    "Conv2D by Winograd": LayerLine(
        lambda: Conv2D(48, 48, 3, padding="same"),
        (2, 3, 2, 48),
        oracles.convolution(1, "same"),
        twins.convolution(padding="same"),
        (*NO_IMAGES, (2, 3, 2, 1)),
    ),
    "Conv2DTranspose": LayerLine(
        lambda: Conv2DTranspose(2, 3, 3, stride=2),
        (3, 4, 2, 2),
        oracles.transposed(2),
        twins.transposed(2),
        (*NO_IMAGES, (3, 4, 2, 1), (3, 4, 2, 3)),
    ),
    "Conv2DTranspose, same": LayerLine(
        lambda: Conv2DTranspose(2, 3, 3, padding="same"),
        (3, 4, 2, 2),
        oracles.transposed(1, "same"),
        twins.transposed(1, 1),
        (*NO_IMAGES, (3, 4, 2, 1)),
    ),
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
    "Dropout": LayerLine(
        lambda: Dropout(0.4), (6, 4), oracles.dropout(0.4), twins.dropout(0.4), random=True
    ),
    "Dropout of sequences": LayerLine(
        lambda: Dropout(0.4, batch_axis=1, shared_axes=(0,)),
        (3, 6, 4),
        None,
        None,
        batch_axis=1,
        random=True,
    ),
    "GaussianNoise": LayerLine(
        lambda: GaussianNoise(0.5, -1, 1),
        (6, 2, 2),
        oracles.noise(0.5, -1, 1),
        twins.noise(0.5, -1, 1),
        random=True,
    ),
    "GaussianSampling": LayerLine(
        lambda: GaussianSampling(3, weight=0.7),
        (5, 6),
        oracles.sampling(0.7),
        twins.sampling(0.7),
        ((5, 3), (5, 7), (6,), (5, 6, 6)),
        random=True,
    ),
    "ActivityRegularization": LayerLine(
        lambda: ActivityRegularization(0.3), (4, 3), oracles.penalty(0.3), twins.penalty(0.3)
    ),
    "Flatten": LayerLine(
        Flatten, (4, 3, 2), oracles.reshaped, twins.function("flatten", start_dim=1)
    ),
    "Reshape": LayerLine(
        lambda: Reshape((3, 2)),
        (4, 6),
        oracles.reshaped,
        lambda layer, p, x, draw: x.reshape(len(x), 3, 2),
        ((4, 5), (6,), (6, 4)),
    ),
    "ZeroPadding2D": LayerLine(
        lambda: ZeroPadding2D(((1, 0), (2, 3))),
        IMAGES,
        oracles.gathered(lambda i, j: (i - 1, j - 2)),
        twins.padding(1, 0, 2, 3),
        NO_IMAGES,
    ),
    "Cropping2D": LayerLine(
        lambda: Cropping2D(((1, 0), (2, 1))),
        IMAGES,
        oracles.gathered(lambda i, j: (i + 1, j + 2)),
        twins.padding(-1, 0, -2, -1),
        (*NO_IMAGES, (3, 1, 5, 2), (3, 6, 3, 2)),
    ),
    "UpSampling1D": LayerLine(
        lambda: UpSampling1D(3),
        SEQUENCES,
        oracles.gathered(lambda i, j: (i // 3, j)),
        twins.upsampling(3),
        NO_SEQUENCES,
    ),
    "UpSampling2D": LayerLine(
        lambda: UpSampling2D((2, 3)),
        IMAGES,
        oracles.gathered(lambda i, j: (i // 2, j // 3)),
        twins.upsampling(2, 3),
        NO_IMAGES,
    ),
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
    "Sequential": LayerLine(
        lambda: Sequential(Dense(3, 4), Tanh(), Dense(4, 2)),
        (5, 3),
        None,
        lambda layer, p, x, draw: (
            (x @ p["dense1.W"] + p["dense1.b"]).tanh() @ p["dense2.W"] + p["dense2.b"]
        ),
    ),
}


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

    Random numbers are the same in every call.
    """
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
    return found


def equal(found: dict[str, Array], expected: dict[str, Array], tolerance: float = 1e-12) -> None:
    """Compare results by name; `expected` must hold each that is found, but auxiliary losses."""
    assert set(found) - {"auxiliary loss"} <= set(expected)
    for name in found.keys() & expected.keys():
        np.testing.assert_allclose(
            found[name], expected[name], rtol=tolerance, atol=tolerance, err_msg=name
        )
