from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glassnet.nn import LSTM, Array, BatchShard, Sequential
from glassnet.nn.gradcheck import GradientError, check_layer
from glassnet.nn.testing import arrays, generators, ids, shapes
from tests.mutate import mutant
from tests.nn.recurrent.cases import TILINGS, plain_lstm, state_of


@given(generator=generators(), x=arrays(shapes(3, largest=4)), units=st.integers(1, 4))
def test_gradients(generator: np.random.Generator, x: Array, units: int) -> None:
    check_layer(LSTM(x.shape[2], units), x, state=state_of(generator, x.shape[1], units))


@given(generator=generators(), x=ids(shapes(2, largest=4), classes=6), units=st.integers(1, 4))
def test_gradients_of_ids(generator: np.random.Generator, x: Array, units: int) -> None:
    check_layer(LSTM(6, units), x, state=state_of(generator, x.shape[1], units))


def test_gradients_of_two_layers_with_state(generator: np.random.Generator) -> None:
    network = Sequential(LSTM(3, 4), LSTM(4, 2))
    states = {
        f"lstm{number}.{name}": value
        for number, units in ((1, 4), (2, 2))
        for name, value in state_of(generator, 2, units).items()
    }
    check_layer(network, generator.standard_normal((5, 2, 3)), state=states)


@given(
    generator=generators(),
    x=arrays(shapes(3, largest=4)),
    units=st.integers(1, 4),
    rate=st.sampled_from([0.3, 0.7]),
)
def test_gradients_with_weight_drop(
    generator: np.random.Generator, x: Array, units: int, rate: float
) -> None:
    layer = LSTM(x.shape[2], units, weight_drop=rate)
    check_layer(layer, x, state=state_of(generator, x.shape[1], units), train=True)


MUTANTS = {
    "cell gradient not passed on by the forget gate": ("dc *= f", "dc *= 1"),
    "cell gradient not carried through time": ("dc += scratch", "dc[...] = scratch"),
    "hidden gradient not carried through time": ("dh += dy_tiles[t]", "dh[...] = dy_tiles[t]"),
    "wrong time step of the cell": (
        "np.multiply(dc, self._cells[t], out=dgates[1])",
        "np.multiply(dc, self._cells[t + 1], out=dgates[1])",
    ),
    "wrong time step of the hidden state": (
        "self._state_mask, self._hidden[:-1]",
        "self._state_mask, self._hidden[1:]",
    ),
    "output gate without tanh": ("np.multiply(dh, tanh_cell, out", "np.multiply(dh, 1, out"),
    "no slope of tanh(cell)": ("scratch *= dh", "scratch[...] = dh"),
    "candidate with a sigmoid's slope": (
        "np.multiply(g, g, out=slopes[3])",
        "np.multiply(g, 1, out=slopes[3])",
    ),
    "input and candidate exchanged": (
        "np.multiply(dc, g, out=dgates[0])",
        "np.multiply(dc, i, out=dgates[0])",
    ),
    "scaled bias gradient": ("self.db += np.ones(", "self.db += 1.0001 * np.ones("),
    "overwritten instead of added": ("self.dWh += self._weights", "self.dWh[...] = self._weights"),
    "input gradient through the wrong weights": (
        "np.matmul(dz, self.Wx.T).reshape(x.shape)",
        "np.matmul(dz, self.Wx[::-1].T).reshape(x.shape)",
    ),
    "input weights from the first step only": (
        "self.dWx += x.reshape(-1, self.in_features).T @ dz",
        "self.dWx += x[0].T @ dz[: len(x[0])]",
    ),
    "gradient of the starting state forgotten": (
        '"h": self._row_order(dh)',
        '"h": self._row_order(0 * dh)',
    ),
}


@pytest.mark.parametrize("name", MUTANTS)
def test_wrong_variants_are_rejected(name: str, generator: np.random.Generator) -> None:
    wrong = mutant(LSTM, *MUTANTS[name])
    with pytest.raises(GradientError):
        check_layer(
            wrong(3, 4), generator.standard_normal((4, 2, 3)), state=state_of(generator, 2, 4)
        )


WEIGHT_DROP_MUTANTS = {
    "hidden gradient through the whole weights": (
        "np.multiply(self.Wh, self._mask, out=self._weights)",
        "self.Wh",
    ),
    "gradient of dropped weights": (
        "self._weights *= self._mask\n        self.dWh",
        "pass\n        self.dWh",
    ),
}


@pytest.mark.parametrize("name", WEIGHT_DROP_MUTANTS)
def test_wrong_variants_of_weight_drop_are_rejected(
    name: str, generator: np.random.Generator
) -> None:
    wrong = mutant(LSTM, *WEIGHT_DROP_MUTANTS[name])
    with pytest.raises(GradientError):
        check_layer(wrong(3, 4, weight_drop=0.5), generator.standard_normal((4, 2, 3)), train=True)


def test_weight_drop_is_the_plain_lstm_with_masked_weights(generator: np.random.Generator) -> None:
    layer = LSTM(6, 64, weight_drop=0.25).initialize(np.random.default_rng(7), np.float64)
    x, dy = generator.standard_normal((5, 8, 6)), generator.standard_normal((5, 8, 64))
    random = np.random.default_rng(8)
    layer.set_batch_shard(BatchShard(random))
    mask = np.random.default_rng(8).random((64, 256), np.float32) >= 0.25
    zeros = np.zeros((8, 64))
    y, gradients = plain_lstm(x, layer.Wx, layer.Wh * mask / 0.75, layer.b, zeros, zeros, dy)
    np.testing.assert_allclose(layer.forward(x, train=True), y, atol=1e-12)
    np.testing.assert_allclose(layer.backward(dy), gradients["x"], atol=1e-11)
    np.testing.assert_allclose(layer.dWh, gradients["Wh"] * mask / 0.75, atol=1e-11)
    y, _ = plain_lstm(x, layer.Wx, layer.Wh, layer.b, zeros, zeros, dy)
    np.testing.assert_allclose(layer.forward(x), y, atol=1e-12)  # all of them, when not training


def test_weight_drop_draws_anew_and_alike_on_every_worker(generator: np.random.Generator) -> None:
    layer = LSTM(3, 4, weight_drop=0.5).initialize(np.random.default_rng(1), np.float64)
    x = generator.standard_normal((5, 4, 3))
    outputs = []
    for start, stop in ((0, 4), (1, 3)):
        layer.set_batch_shard(BatchShard(np.random.default_rng(2), start, stop, 4))
        outputs.append([layer.forward(x[:, start:stop], train=True).copy() for _ in range(2)])
    np.testing.assert_allclose(outputs[0][0][:, 1:3], outputs[1][0], atol=1e-12)
    np.testing.assert_allclose(outputs[0][1][:, 1:3], outputs[1][1], atol=1e-12)
    assert not np.allclose(outputs[0][0], outputs[0][1])


def test_wrong_variants_for_ids_are_rejected(generator: np.random.Generator) -> None:
    wrong = mutant(LSTM, "self.dWx[present] += one_hot @ dz", "self.dWx[present] = one_hot @ dz")
    with pytest.raises(GradientError, match="twice"):
        check_layer(wrong(5, 4), generator.integers(0, 5, (4, 2)))
    shifted = mutant(LSTM, "one_hot[index.reshape(-1), ", "one_hot[index.reshape(-1)[::-1], ")
    with pytest.raises(GradientError, match="parameter Wx"):
        check_layer(shifted(5, 4), generator.integers(0, 5, (4, 2)))


@pytest.mark.parametrize("tiling", TILINGS)
@pytest.mark.parametrize("tiled", [True, False])
def test_agrees_with_the_plain_lstm(
    tiling: str, tiled: bool, generator: np.random.Generator
) -> None:
    rows, units = TILINGS[tiling]
    layer = LSTM(7, units).initialize(generator, np.float64)
    layer.tiled = tiled
    x, dy = generator.standard_normal((3, rows, 7)), generator.standard_normal((3, rows, units))
    state = state_of(generator, rows, units)
    y, gradients = plain_lstm(x, layer.Wx, layer.Wh, layer.b, state["h"], state["c"], dy)
    layer.state = state
    np.testing.assert_allclose(layer.forward(x), y, atol=1e-12)
    found = {"x": layer.backward(dy), **layer.gradients, **layer.dstate}
    for name, expected in gradients.items():
        np.testing.assert_allclose(found[name], expected, atol=1e-11, err_msg=name)


def test_agrees_with_pytorch(generator: np.random.Generator) -> None:
    torch = pytest.importorskip("torch")
    T, N, D, H = 7, 4, 5, 6
    network = Sequential(LSTM(D, H), LSTM(H, H)).initialize(generator, np.float64)
    theirs = torch.nn.LSTM(D, H, 2, dtype=torch.float64)
    order = [0, 1, 3, 2]  # PyTorch: input, forget, candidate, output

    def to_theirs(value: Array) -> Array:
        blocks = value.reshape(*value.shape[:-1], 4, H)[..., order, :]
        return blocks.reshape(*value.shape).T

    with torch.no_grad():
        for number in range(2):
            for ours, name in (("Wx", "weight_ih"), ("Wh", "weight_hh"), ("b", "bias_ih")):
                value = network.parameters[f"lstm{number + 1}.{ours}"]
                getattr(theirs, f"{name}_l{number}").copy_(torch.tensor(to_theirs(value).copy()))
            getattr(theirs, f"bias_hh_l{number}").zero_()
    x, dy = generator.standard_normal((T, N, D)), generator.standard_normal((T, N, H))
    h0, c0 = generator.standard_normal((2, 2, N, H))
    network.state = {
        f"lstm{number + 1}.{name}": value[number]
        for name, value in (("h", h0), ("c", c0))
        for number in range(2)
    }
    tensors = [torch.tensor(value, requires_grad=True) for value in (x, h0, c0)]
    output, (h, c) = theirs(tensors[0], (tensors[1], tensors[2]))
    output.backward(torch.tensor(dy))

    def close(ours: Array, expected: Any) -> None:
        np.testing.assert_allclose(ours, expected.detach().numpy(), rtol=0, atol=1e-9)

    close(network.forward(x), output)
    dx = network.backward(dy)
    close(dx, tensors[0].grad)
    dstate = network.dstate
    network.carry()
    for number in range(2):
        layer = f"lstm{number + 1}"
        close(network.state[f"{layer}.h"], h[number])
        close(network.state[f"{layer}.c"], c[number])
        close(dstate[f"{layer}.h"], tensors[1].grad[number])
        close(dstate[f"{layer}.c"], tensors[2].grad[number])
        for ours, name in (("Wx", "weight_ih"), ("Wh", "weight_hh"), ("b", "bias_ih")):
            gradient = network.gradients[f"{layer}.{ours}"]
            close(to_theirs(gradient), getattr(theirs, f"{name}_l{number}").grad)


@pytest.mark.parametrize("tiling", TILINGS)
def test_three_chunks_with_carried_state_equal_the_whole(
    tiling: str, generator: np.random.Generator
) -> None:
    rows, units = TILINGS[tiling]
    network = Sequential(LSTM(3, units), LSTM(units, units)).initialize(generator, np.float64)
    x = generator.standard_normal((9, rows, 3))
    whole = network.forward(x).copy()
    parts = []
    for start in (0, 2, 6):
        parts.append(network.forward(x[start : {0: 2, 2: 6, 6: 9}[start]]).copy())
        network.carry()
    np.testing.assert_allclose(np.concatenate(parts), whole, atol=1e-12)


def test_carry_to_a_step_in_the_middle(generator: np.random.Generator) -> None:
    layer = LSTM(3, 4).initialize(generator, np.float64)
    x = generator.standard_normal((5, 2, 3))
    whole = layer.forward(x).copy()
    layer.carry(2)
    np.testing.assert_array_equal(layer.state["h"], whole[1])
    np.testing.assert_allclose(layer.forward(x[2:]), whole[2:], atol=1e-14)


def test_forward_leaves_the_carried_state_alone(generator: np.random.Generator) -> None:
    layer = LSTM(3, 4).initialize(generator, np.float64)
    layer.state = state_of(generator, 2, 4)
    before = {name: value.copy() for name, value in layer.state.items()}
    x = generator.standard_normal((5, 2, 3))
    first = layer.forward(x).copy()
    np.testing.assert_array_equal(layer.forward(x), first)
    for name, value in layer.state.items():
        np.testing.assert_array_equal(value, before[name])


def test_ids_are_one_hot_rows(generator: np.random.Generator) -> None:
    layer = LSTM(6, 5).initialize(generator, np.float64)
    x, dy = generator.integers(0, 6, (4, 3)), generator.standard_normal((4, 3, 5))
    by_id = layer.forward(x).copy()
    layer.backward(dy)
    gradients = layer.grad.copy()
    layer.zero_grad()
    np.testing.assert_allclose(layer.forward(np.eye(6)[x]), by_id, atol=1e-14)
    layer.backward(dy)
    np.testing.assert_allclose(layer.grad, gradients, atol=1e-13)


def test_activations_obey_the_equations(generator: np.random.Generator) -> None:
    layer = LSTM(3, 64).initialize(generator, np.float64)
    y = layer.forward(generator.standard_normal((4, 50, 3)))
    found = layer.activations()
    np.testing.assert_array_equal(found["hidden"], y)
    np.testing.assert_allclose(found["output gate"] * np.tanh(found["cell"]), y, atol=1e-14)
    before = np.concatenate([np.zeros((1, 50, 64)), found["cell"][:-1]])
    new = found["forget gate"] * before + found["input gate"] * found["candidate"]
    np.testing.assert_allclose(new, found["cell"], atol=1e-14)


@pytest.mark.parametrize("shape", [(1, 1, 3), (4, 2, 3), (4, 50, 3)])
def test_activations_are_copies(shape: tuple[int, ...], generator: np.random.Generator) -> None:
    layer = LSTM(3, 64).initialize(generator, np.float64)
    layer.forward(generator.standard_normal(shape))
    found = layer.activations()
    kept = {name: value.copy() for name, value in found.items()}
    layer.forward(generator.standard_normal(shape))
    for name, value in found.items():
        np.testing.assert_array_equal(value, kept[name], err_msg=name)


def test_float32_stays_float32(generator: np.random.Generator) -> None:
    layer = LSTM(3, 4).initialize(generator)
    y = layer.forward(generator.standard_normal((5, 2, 3)).astype(np.float32))
    dx = layer.backward(np.ones_like(y))
    layer.carry()
    assert {y.dtype, dx.dtype, *(v.dtype for v in layer.state.values())} == {np.dtype(np.float32)}


def test_buffers_are_kept_while_the_shape_is(generator: np.random.Generator) -> None:
    layer = LSTM(3, 4).initialize(generator)
    x = generator.standard_normal((5, 2, 3)).astype(np.float32)
    first = layer.forward(x)
    assert np.shares_memory(layer.forward(x), first)
    assert not np.shares_memory(layer.forward(x[:4]), first)


def test_wrong_input_is_refused(generator: np.random.Generator) -> None:
    for rate in (-0.1, 1.0):
        with pytest.raises(ValueError, match="weight_drop must be"):
            LSTM(3, 4, weight_drop=rate)
        with pytest.raises(ValueError, match="state_dropout must be"):
            LSTM(3, 4, state_dropout=rate)
    layer = LSTM(3, 4).initialize(generator, np.float64)
    with pytest.raises(ValueError, match=r"\(T, N, 3\)"):
        layer.forward(np.zeros((5, 2, 4)))
    for wrong in (3, -1):
        with pytest.raises(ValueError, match="ids from 0 to 2"):
            layer.forward(np.full((5, 2), wrong))
    for shape in ((5,), (5, 2, 3)):
        with pytest.raises(ValueError, match=r"expects ids \(T, N\)"):
            layer.forward(np.zeros(shape, int))
    for shape in ((3, 4), (8,)):
        layer.state = {"h": np.zeros(shape)}
        with pytest.raises(ValueError, match=r"state h has shape \(.*\), not \(2, 4\)"):
            layer.forward(np.zeros((5, 2, 3)))


@pytest.mark.parametrize("shape", [(0, 2, 3), (5, 0, 3)])
@pytest.mark.parametrize("rate", [0.0, 0.5])
def test_nothing_to_read(
    rate: float, shape: tuple[int, int, int], generator: np.random.Generator
) -> None:
    layer = LSTM(3, 4, state_dropout=rate).initialize(generator, np.float64)
    assert layer.forward(np.zeros(shape), train=True).shape == (*shape[:2], 4)
    assert layer.backward(np.zeros((*shape[:2], 4))).shape == shape
    assert not layer.grad.any()
