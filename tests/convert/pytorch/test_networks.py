import numpy as np
import pytest

from glassnet.convert import ConversionError
from glassnet.convert.pytorch.networks import filled, laid_out, network_arrays, state_dict
from glassnet.models import CharacterLSTM, Vocabulary, register
from glassnet.nn import (
    GRU,
    LSTM,
    Add,
    Array,
    BatchNorm,
    Bidirectional,
    Dense,
    Embedding,
    Layer,
    ReLU,
    Sequential,
)
from glassnet.nn.initializers import constant


@register
class Scaled(Layer):
    """A layer with a parameter of its own, and another layer inside."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.declare("scale", (size,), constant(2.0))
        self.inner = Dense(size, size)

    def forward(self, x: Array, train: bool = False) -> Array:
        return self.inner.forward(x, train) * self.scale


def network() -> Sequential:
    return Sequential(
        Embedding(5, 3),
        Bidirectional(GRU(3, 2)),
        BatchNorm(4),
        Add(Dense(4, 4), ("scaled", Scaled(4))),
        ReLU(),
        GRU(4, 2, reset_after=False),
    )


def initialized(layer: Layer, dtype: np.typing.DTypeLike = np.float32) -> Layer:
    layer.initialize(np.random.default_rng(1), dtype)
    for value in layer.arrays.values():
        value += np.random.default_rng(2).uniform(0.1, 1, value.shape).astype(dtype)
    return layer


def test_names() -> None:
    assert list(state_dict(initialized(network()))) == [
        "embedding1.weight",
        *(
            f"bidirectional1.{kind}_{product}_l0{direction}"
            for direction in ("", "_reverse")
            for kind in ("weight", "bias")
            for product in ("ih", "hh")
        ),
        *(f"batchnorm1.{name}" for name in ("weight", "bias", "running_mean", "running_var")),
        "add1.dense1.weight",
        "add1.dense1.bias",
        "add1.scaled.scale",
        "add1.scaled.inner.weight",
        "add1.scaled.inner.bias",
        "gru1.Wx",
        "gru1.Wh",
        "gru1.b",
    ]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_there_and_back_changes_no_bit(dtype: np.typing.DTypeLike) -> None:
    for build in (network, lambda: CharacterLSTM(Vocabulary("abc"), units=4, embedding=3)):
        layer = initialized(build(), dtype)
        again = filled(build(), network_arrays(build(), state_dict(layer, exact=True)))
        assert again.theta.dtype == dtype
        assert again.arrays.keys() == layer.arrays.keys()
        for name, value in layer.arrays.items():
            assert again.arrays[name].tobytes() == value.tobytes(), name


def test_tensors_are_not_views_of_the_network() -> None:
    layer = initialized(network())
    for tensor in state_dict(layer, exact=True).values():
        tensor[...] = 0
    assert layer.theta.all()
    assert all(value.all() for value in layer.statistics.values())


def test_each_layer_once() -> None:
    prefixes = [prefix for prefix, _, _ in laid_out(network(), "net.")]
    assert prefixes == [
        "net.embedding1.",
        "net.bidirectional1.",
        "net.batchnorm1.",
        "net.add1.dense1.",
        "net.add1.scaled.",
        "net.add1.scaled.inner.",
        "net.gru1.",
    ]


def test_a_network_that_is_one_layer() -> None:
    assert list(state_dict(initialized(Dense(2, 3)))) == ["weight", "bias"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"dense1.weight": None}, r"tensor dense1\.weight \(3, 2\) is missing"),
        ({"dense1.weight": (2, 3)}, r"tensor dense1\.weight has shape \(2, 3\), not \(3, 2\)"),
        ({"dense2.weight": (2, 3)}, r"tensor dense2\.weight \(2, 3\) is of no layer of the"),
        ({"lstm1.weight_hr_l0": (2, 3)}, r"tensor lstm1\.weight_hr_l0 \(2, 3\) is of no layer"),
    ],
)
def test_what_does_not_fit(changes: dict[str, tuple[int, ...] | None], said: str) -> None:
    layer = Sequential(LSTM(3, 2), Dense(2, 3))
    tensors = state_dict(initialized(layer))
    for name, shape in changes.items():
        tensors.pop(name, None)
        if shape is not None:
            tensors[name] = np.zeros(shape)
    with pytest.raises(ConversionError, match=f"^{said}"):
        network_arrays(layer, tensors)


def test_counts_of_batches_are_ignored() -> None:
    layer = initialized(BatchNorm(2))
    tensors = state_dict(layer) | {"num_batches_tracked": np.zeros(())}
    assert len(network_arrays(layer, tensors)) == 4


def test_no_parameters() -> None:
    assert filled(ReLU(), {}).theta.dtype == np.float32


def test_half_of_the_parameters_in_float64() -> None:
    arrays = {"W": np.ones((1, 1), np.float32), "b": np.array([0.1])}
    assert filled(Dense(1, 1), arrays).parameters["b"] == 0.1
