"""Sequences of unequal length in one batch: each as if it stood alone."""

from collections.abc import Callable
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from glassnet.nn import (
    GRU,
    LSTM,
    Array,
    BatchShard,
    Bidirectional,
    Dense,
    LastStep,
    Layer,
    Sequential,
    SimpleRNN,
)
from glassnet.nn.gradcheck import GradientError, check_layer
from glassnet.nn.recurrent.base import RecurrentLayer
from glassnet.nn.recurrent.lengths import (
    last_steps,
    last_steps_gradient,
    padding_of,
    reversed_steps,
    without_padding,
)
from tests.nn.contract_suite.tables.recurrent_twins import theirs_of, weights_of
from tests.nn.recurrent.cases import every_kind, state_of, wrong_variant

Kind = Callable[..., RecurrentLayer]

LENGTHS = [5, 1, 0, 3, 5, 2]  # of sequences padded to 5

NETWORKS: dict[str, Callable[[], Layer]] = {
    "LSTM": lambda: LSTM(3, 4),
    "LSTM of LSTM": lambda: Sequential(LSTM(3, 4), LSTM(4, 2)),
    "GRU, last step": lambda: Sequential(GRU(3, 4), LastStep(), Dense(4, 2)),
    "GRU, reset before": lambda: GRU(3, 4, reset_after=False),
    "SimpleRNN": lambda: SimpleRNN(3, 4),
    "Bidirectional": lambda: Bidirectional(LSTM(3, 4)),
    "Bidirectional of Bidirectional, last step": lambda: Sequential(
        Bidirectional(GRU(3, 2)), Bidirectional(SimpleRNN(4, 2), last_step=True)
    ),
}
every_network = pytest.mark.parametrize("build", NETWORKS.values(), ids=list(NETWORKS))


def batch(generator: np.random.Generator) -> Array:
    """Vectors (T, N, D) with no numbers in the padding."""
    x = generator.standard_normal((5, len(LENGTHS), 3))
    x[np.arange(5)[:, None] >= LENGTHS] = np.nan
    return x


@every_network
def test_each_sequence_is_as_if_it_stood_alone(
    build: Callable[[], Layer], generator: np.random.Generator
) -> None:
    network = build().initialize(generator, np.float64)
    network.theta += 0.1 * generator.standard_normal(network.theta.size)  # no bias is zero
    x = batch(generator)
    network.set_lengths(LENGTHS)
    y = network.forward(x).copy()
    dy = generator.standard_normal(y.shape)
    network.zero_grad()
    dx = network.backward(dy).copy()
    together = network.grad.copy()
    state = {name: value.copy() for name, value in network.dstate.items()}
    network.set_lengths(None)
    network.zero_grad()
    sequence = y.ndim == 3
    for n, length in enumerate(LENGTHS):
        one = slice(n, n + 1)
        if not sequence and length == 0:
            network.set_lengths([0])
            found = network.forward(np.zeros((1, 1, 3)))
            np.testing.assert_allclose(y[one], found, atol=1e-13)
            network.backward(dy[one])
            network.set_lengths(None)
            continue
        expected = network.forward(x[:length, one])
        np.testing.assert_allclose(y[:length, one] if sequence else y[one], expected, atol=1e-13)
        found = network.backward(dy[:length, one] if sequence else dy[one])
        np.testing.assert_allclose(dx[:length, one], found, atol=1e-13)
        for name, value in network.dstate.items():
            np.testing.assert_allclose(state[name][one], value, atol=1e-13, err_msg=name)
        assert not dx[length:, n].any()
        if sequence:
            assert not y[length:, n].any()
    np.testing.assert_allclose(network.grad, together, atol=1e-12)


@every_network
@pytest.mark.parametrize("train", [True, False])
def test_gradients(build: Callable[[], Layer], train: bool, generator: np.random.Generator) -> None:
    network = build()
    network.set_lengths(LENGTHS)
    check_layer(network, np.nan_to_num(batch(generator)), train=train)


@every_kind
def test_gradients_with_state_and_dropout(kind: Kind, generator: np.random.Generator) -> None:
    layer = kind(3, 4, weight_drop=0.3, state_dropout=0.3)
    layer.set_lengths(LENGTHS)
    state = state_of(kind, generator, len(LENGTHS), 4)
    check_layer(layer, np.nan_to_num(batch(generator)), state=state, train=True)


@every_kind
def test_a_gradient_from_beyond_the_end_is_rejected(
    kind: Kind, generator: np.random.Generator
) -> None:
    whole = "self._tile_order(without_padding(dy, self._padding))"
    layer = wrong_variant(kind, whole, "self._tile_order(dy)")(3, 4)
    layer.set_lengths(LENGTHS)
    x, state = np.nan_to_num(batch(generator)), state_of(kind, generator, len(LENGTHS), 4)
    with pytest.raises(GradientError):
        check_layer(layer, x, state=state, train=True)


@every_kind
@pytest.mark.parametrize("rows", [50, 64])
def test_in_tiles(kind: Kind, rows: int, generator: np.random.Generator) -> None:
    lengths = np.arange(rows) % 4
    layer = kind(3, 512).initialize(generator, np.float64)
    layer.tiled = True
    x, dy = generator.standard_normal((3, rows, 3)), generator.standard_normal((3, rows, 512))
    layer.set_lengths(lengths)
    y, dx = layer.forward(x).copy(), layer.backward(dy).copy()
    for length in range(4):
        rows_of = lengths == length
        layer.set_lengths(None)
        expected = layer.forward(x[:length, rows_of])
        np.testing.assert_allclose(y[:length, rows_of], expected, atol=1e-12)
        found = layer.backward(dy[:length, rows_of])
        np.testing.assert_allclose(dx[:length, rows_of], found, atol=1e-12)


@every_kind
def test_the_state_of_an_ended_sequence_stays(kind: Kind, generator: np.random.Generator) -> None:
    layer = kind(3, 4).initialize(generator, np.float64)
    layer.state = start = state_of(kind, generator, len(LENGTHS), 4)
    layer.set_lengths(LENGTHS)
    y = layer.forward(batch(generator)).copy()
    layer.carry()
    for n, length in enumerate(LENGTHS):
        last = y[length - 1, n] if length else start["h"][n]
        np.testing.assert_array_equal(layer.state["h"][n], last)
    np.testing.assert_array_equal(layer.state["h"][2], start["h"][2])


@every_kind
def test_chunks_with_carried_state_equal_the_whole(
    kind: Kind, generator: np.random.Generator
) -> None:
    layer = kind(3, 4).initialize(generator, np.float64)
    x, lengths = batch(generator), np.array(LENGTHS)
    layer.set_lengths(lengths)
    whole = layer.forward(x).copy()
    parts = []
    for start, stop in ((0, 2), (2, 5)):
        layer.set_lengths(np.clip(lengths - start, 0, stop - start))
        parts.append(layer.forward(x[start:stop]).copy())
        layer.carry()
    np.testing.assert_allclose(np.concatenate(parts), whole, atol=1e-14)


@every_kind
def test_shards_of_the_batch_equal_the_whole(kind: Kind, generator: np.random.Generator) -> None:
    layer = kind(3, 4, state_dropout=0.5).initialize(generator, np.float64)
    x, dy = batch(generator), generator.standard_normal((5, len(LENGTHS), 4))
    outputs, gradients = [], []
    for bounds in ([0, 6], [0, 2, 6]):
        layer.zero_grad()
        parts = []
        for start, stop in pairwise(bounds):
            layer.set_batch_shard(BatchShard(np.random.default_rng(2), start, stop, 6))
            layer.set_lengths(LENGTHS[start:stop])
            parts.append(layer.forward(x[:, start:stop], train=True).copy())
            layer.backward(dy[:, start:stop])
        outputs.append(np.concatenate(parts, axis=1))
        gradients.append(layer.grad.copy())
    np.testing.assert_allclose(*outputs, atol=1e-13)
    np.testing.assert_allclose(*gradients, atol=1e-12)


def test_padding_of_ids_may_be_anything(generator: np.random.Generator) -> None:
    network = Bidirectional(GRU(6, 4)).initialize(generator, np.float64)
    ids = generator.integers(0, 6, (5, 2))
    ids[2:, 1] = -1
    network.set_lengths([5, 2])
    y = network.forward(ids).copy()
    network.backward(np.ones_like(y))
    network.set_lengths(None)
    np.testing.assert_allclose(network.forward(ids[:2, 1:]), y[:2, 1:], atol=1e-14)


@pytest.mark.parametrize("kind", [LSTM, GRU, SimpleRNN, partial(SimpleRNN, activation="relu")])
@pytest.mark.parametrize("both", [False, True], ids=["forward", "bidirectional"])
def test_agrees_with_pytorchs_packed_sequences(
    kind: Kind, both: bool, generator: np.random.Generator
) -> None:
    torch = pytest.importorskip("torch")
    rnn = torch.nn.utils.rnn
    layer: Any = Bidirectional(kind(3, 4)) if both else kind(3, 4)
    layer.initialize(generator, np.float64)
    layer.theta += 0.1 * generator.standard_normal(layer.theta.size)
    lengths = [length or 4 for length in LENGTHS]  # PyTorch has no empty sequences
    parts = [layer.forward_layer, layer.backward_layer] if both else [layer]
    tensors = [
        {name: torch.tensor(value, requires_grad=True) for name, value in part.parameters.items()}
        for part in parts
    ]
    weights = {
        f"{name}{suffix}": value
        for part, own, suffix in zip(parts, tensors, ("", "_reverse"), strict=False)
        for name, value in weights_of(part, own).items()
    }
    x = generator.standard_normal((5, 6, 3))
    inputs = torch.tensor(x, requires_grad=True)
    packed = rnn.pack_padded_sequence(inputs, lengths, enforce_sorted=False)
    found = torch.func.functional_call(theirs_of(parts[0], bidirectional=both), weights, (packed,))
    expected, _ = rnn.pad_packed_sequence(found[0])
    layer.set_lengths(lengths)
    y = layer.forward(x).copy()
    dy = generator.standard_normal(y.shape)
    expected.backward(torch.tensor(dy))
    np.testing.assert_allclose(y, expected.detach().numpy(), rtol=0, atol=1e-12)
    dx = layer.backward(dy)
    np.testing.assert_allclose(dx, inputs.grad.numpy(), rtol=0, atol=1e-12)
    for part, own in zip(parts, tensors, strict=True):
        for name, tensor in own.items():
            gradient = part.gradients[name]
            np.testing.assert_allclose(
                gradient, tensor.grad.numpy(), rtol=0, atol=1e-12, err_msg=name
            )


def test_lengths_hold_for_all_layers_until_they_are_set_anew(
    generator: np.random.Generator,
) -> None:
    network = Sequential(GRU(3, 4), LastStep()).initialize(generator, np.float64)
    lengths = np.array([1, 2])
    network.set_lengths(lengths)
    lengths[...] = 9  # the caller's own
    for _, layer in network.walk():
        np.testing.assert_array_equal(layer.lengths, [1, 2])
    network.set_lengths(None)
    assert all(layer.lengths is None for _, layer in network.walk())
    network.set_lengths([])
    assert network.forward(np.zeros((5, 0, 3))).shape == (0, 4)


@pytest.mark.parametrize("wrong", [[-1, 2], [1.5, 2.0], [[1, 2]], 3])
def test_what_is_no_lengths_is_refused(wrong: object) -> None:
    with pytest.raises(ValueError, match=r"lengths must be whole numbers \(N,\), at least 0, not"):
        GRU(3, 4).set_lengths(wrong)


@pytest.mark.parametrize("build", [lambda: GRU(3, 4), LastStep, lambda: Bidirectional(GRU(3, 4))])
def test_lengths_of_another_batch_are_refused(
    build: Callable[[], Layer], generator: np.random.Generator
) -> None:
    layer = build().initialize(generator, np.float64)
    name = type(layer).__name__
    layer.set_lengths([1, 2, 3])
    with pytest.raises(ValueError, match=rf"^{name}: lengths of 3 sequences are set, x has 2$"):
        layer.forward(np.zeros((5, 2, 3)))
    layer.set_lengths([6, 2])
    with pytest.raises(ValueError, match=rf"^{name}: a length of 6 is set, x has 5 time steps$"):
        layer.forward(np.zeros((5, 2, 3)))


def test_the_parts(generator: np.random.Generator) -> None:
    lengths = np.array([3, 1, 0])
    x = np.arange(1, 10).reshape(3, 3)
    np.testing.assert_array_equal(reversed_steps(x, lengths), [[7, 2, 3], [4, 5, 6], [1, 8, 9]])
    np.testing.assert_array_equal(reversed_steps(x, None), x[::-1])
    np.testing.assert_array_equal(last_steps(x, lengths), [7, 2, 0])
    np.testing.assert_array_equal(last_steps(x, None), x[2])
    dy = last_steps_gradient(np.array([10, 20, 30]), 3, lengths)
    np.testing.assert_array_equal(dy, [[0, 20, 0], [0, 0, 0], [10, 0, 0]])
    padding = padding_of(lengths, 3)
    np.testing.assert_array_equal(without_padding(x, padding), [[1, 2, 0], [4, 0, 0], [7, 0, 0]])
    assert padding_of(np.array([3, 3]), 3) is None
    assert without_padding(x, None) is x


def test_a_state_stays_from_the_first_step_beyond_the_end_on(
    generator: np.random.Generator,
) -> None:
    layer = GRU(3, 4).initialize(generator, np.float64)
    x = generator.standard_normal((3, 2, 3))
    layer.forward(x[:2])
    layer.carry()
    expected = layer.state["h"][1]
    layer.reset_state()
    layer.set_lengths([3, 2])
    layer.forward(x)
    layer.carry()
    np.testing.assert_array_equal(layer.state["h"][1], expected)
