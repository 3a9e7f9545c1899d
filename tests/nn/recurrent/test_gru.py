from collections.abc import Callable
from functools import partial

import numpy as np
import pytest

from glassnet.nn import GRU, Array
from glassnet.nn.gradcheck import GradientError, check_layer
from tests.nn.recurrent.cases import state_of, wrong_variant

BEFORE = partial(GRU, reset_after=False)
both = pytest.mark.parametrize("kind", [GRU, BEFORE], ids=["reset after", "reset before"])

MUTANTS = {
    "nothing straight to the state before": ("dh *= z", "dh *= 0"),
    "no slope of the candidate": ("dn *= scratch", "pass"),
    "candidate kept instead of replaced": ("np.multiply(dh, scratch, out=dn)", "dn[...] = dh * z"),
    "update gate with the wrong sign": (
        "np.subtract(previous, n, out=dz)",
        "np.subtract(n, previous, out=dz)",
    ),
    "update gate with half a slope": ("dz *= z\n", "pass\n"),
    "reset gate without slope": ("dr *= scratch", "pass"),
    "hidden gradient of the gates forgotten": ("dh += scratch", "pass"),
}
AFTER_MUTANTS = {
    "candidate's recurrent part not reset": (
        "np.multiply(dn, r, out=self._dcandidate_tiles[t])",
        "self._dcandidate_tiles[t] = dn",
    ),
    "reset gate without the second bias": (
        "np.multiply(dn, self._gates[t, 2], out=dr)",
        "np.multiply(dn, self._gates[t, 2] - self.bh.reshape(-1, 1, 1, self._tile[-1]), out=dr)",
    ),
    "second bias overwritten": ("self.dbh += np.ones", "self.dbh[...] = np.ones"),
    "second bias with the first one's gradient": (
        "self.dbh += np.ones(len(dz), dz.dtype) @ dcandidates",
        "self.dbh += dz[:, gates:].sum(axis=0)",
    ),
}
BEFORE_MUTANTS = {
    "reset gate from the new state": (
        "np.multiply(products[2], self._tile_order(self._read[t]), out=dr)",
        "np.multiply(products[2], self._hidden_tiles[t + 1], out=dr)",
    ),
    "candidate's gradient not reset": ("products[2] *= r", "pass"),
    "weights of the candidate from the whole state": (
        "read if self.reset_after else self._reset.reshape(-1, self.units)",
        "read",
    ),
}


@pytest.mark.parametrize("name", MUTANTS)
@both
def test_wrong_variants_are_rejected(
    kind: Callable[..., GRU], name: str, generator: np.random.Generator
) -> None:
    reject(kind, *MUTANTS[name], generator)


@pytest.mark.parametrize("name", AFTER_MUTANTS)
def test_wrong_variants_with_the_reset_after_are_rejected(
    name: str, generator: np.random.Generator
) -> None:
    reject(GRU, *AFTER_MUTANTS[name], generator)


@pytest.mark.parametrize("name", BEFORE_MUTANTS)
def test_wrong_variants_with_the_reset_before_are_rejected(
    name: str, generator: np.random.Generator
) -> None:
    reject(BEFORE, *BEFORE_MUTANTS[name], generator)


def reject(kind: Callable[..., GRU], old: str, new: str, generator: np.random.Generator) -> None:
    layer = wrong_variant(kind, old, new)(3, 4).initialize(generator, np.float64)
    layer.theta += 0.1 * generator.standard_normal(layer.theta.size)  # no bias is zero
    x, state = generator.standard_normal((4, 2, 3)), state_of(GRU, generator, 2, 4)
    with pytest.raises(GradientError):
        check_layer(layer, x, state=state)


def test_agrees_with_pytorch_and_both_its_biases(generator: np.random.Generator) -> None:
    torch = pytest.importorskip("torch")
    T, N, D, H = 7, 4, 5, 6
    theirs = torch.nn.GRU(D, H, dtype=torch.float64)
    layer = GRU(D, H).initialize(generator, np.float64)
    b_ih, b_hh = (getattr(theirs, f"bias_{name}_l0").detach().numpy() for name in ("ih", "hh"))
    layer.Wx = theirs.weight_ih_l0.detach().numpy().T
    layer.Wh = theirs.weight_hh_l0.detach().numpy().T
    layer.b = b_ih + np.concatenate([b_hh[: 2 * H], np.zeros(H)])
    layer.bh = b_hh[2 * H :]
    x, dy = generator.standard_normal((T, N, D)), generator.standard_normal((T, N, H))
    h = generator.standard_normal((N, H))
    layer.state = {"h": h}
    tensors = [torch.tensor(x, requires_grad=True), torch.tensor(h[None], requires_grad=True)]
    output, last = theirs(*tensors)
    output.backward(torch.tensor(dy))
    y = layer.forward(x)
    pairs = {
        "y": (y, output),
        "dx": (layer.backward(dy), tensors[0].grad),
        "dh": (layer.dstate["h"], tensors[1].grad[0]),
        "dWx": (layer.dWx, theirs.weight_ih_l0.grad.T),
        "dWh": (layer.dWh, theirs.weight_hh_l0.grad.T),
        "db": (layer.db, theirs.bias_ih_l0.grad),
        "dbh": (layer.dbh, theirs.bias_hh_l0.grad[2 * H :]),
    }
    layer.carry()
    pairs["h"] = (layer.state["h"], last[0])
    for name, (ours, expected) in pairs.items():
        expected = expected.detach().numpy()
        np.testing.assert_allclose(ours, expected, rtol=0, atol=1e-12, err_msg=name)


def keras_gru(x: Array, kernel: Array, recurrent_kernel: Array, bias: Array) -> Array:
    """Keras' GRUCell with reset_after=False, with its names and its order z, r, h."""
    units = len(recurrent_kernel)
    h_tm1, outputs = np.zeros((x.shape[1], units)), []
    for inputs in x:
        x_z, x_r, x_h = np.split(inputs @ kernel + bias, 3, axis=1)
        recurrent_z = h_tm1 @ recurrent_kernel[:, :units]
        recurrent_r = h_tm1 @ recurrent_kernel[:, units : units * 2]
        z = 1 / (1 + np.exp(-(x_z + recurrent_z)))
        r = 1 / (1 + np.exp(-(x_r + recurrent_r)))
        hh = np.tanh(x_h + (r * h_tm1) @ recurrent_kernel[:, units * 2 :])
        h_tm1 = z * h_tm1 + (1 - z) * hh
        outputs.append(h_tm1)
    return np.array(outputs)


def test_agrees_with_keras_definition_of_the_reset_before(generator: np.random.Generator) -> None:
    layer = BEFORE(5, 6).initialize(generator, np.float64)
    layer.b = generator.standard_normal(18)

    def to_keras(value: Array) -> Array:
        r, z, n = np.split(value, 3, axis=-1)
        return np.concatenate([z, r, n], axis=-1)

    x = generator.standard_normal((7, 4, 5))
    expected = keras_gru(x, to_keras(layer.Wx), to_keras(layer.Wh), to_keras(layer.b))
    np.testing.assert_allclose(layer.forward(x), expected, rtol=0, atol=1e-12)


@both
def test_activations_obey_the_equations(
    kind: Callable[..., GRU], generator: np.random.Generator
) -> None:
    layer = kind(3, 64).initialize(generator, np.float64)
    y = layer.forward(generator.standard_normal((4, 50, 3)))
    found = layer.activations()
    before = np.concatenate([np.zeros((1, 50, 64)), found["hidden"][:-1]])
    update = found["update gate"]
    new = (1 - update) * found["candidate"] + update * before
    np.testing.assert_allclose(new, y, atol=1e-14)
    Wx, Wh = (np.split(value, 3, axis=1)[0] for value in (layer.Wx, layer.Wh))
    z = layer._x @ Wx + before @ Wh
    np.testing.assert_allclose(found["reset gate"], 1 / (1 + np.exp(-z)), atol=1e-14)
