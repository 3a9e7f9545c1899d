from typing import Any

import numpy as np
import pytest

from glassnet.nn import LSTM, Array, Sequential
from glassnet.nn.gradcheck import GradientError, check_layer
from tests.mutate import mutant
from tests.nn.recurrent.cases import state_of

MUTANTS = {
    "cell gradient not passed on by the forget gate": ("dc *= f", "dc *= 1"),
    "cell gradient not carried through time": ("dc += scratch", "dc[...] = scratch"),
    "wrong time step of the cell": (
        "np.multiply(dc, self._cells[t], out=dgates[1])",
        "np.multiply(dc, self._cells[t + 1], out=dgates[1])",
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
    "no slope of the sigmoids": ("slopes[:3] *= self._gates[t, :3]", "pass"),
}


@pytest.mark.parametrize("name", MUTANTS)
def test_wrong_variants_are_rejected(name: str, generator: np.random.Generator) -> None:
    wrong = mutant(LSTM, *MUTANTS[name])
    state = state_of(LSTM, generator, 2, 4)
    with pytest.raises(GradientError):
        check_layer(wrong(3, 4), generator.standard_normal((4, 2, 3)), state=state)


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
        np.testing.assert_allclose(ours, expected.detach().numpy(), rtol=0, atol=1e-12)

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


def test_activations_obey_the_equations(generator: np.random.Generator) -> None:
    layer = LSTM(3, 64).initialize(generator, np.float64)
    y = layer.forward(generator.standard_normal((4, 50, 3)))
    found = layer.activations()
    np.testing.assert_array_equal(found["hidden"], y)
    np.testing.assert_allclose(found["output gate"] * np.tanh(found["cell"]), y, atol=1e-14)
    before = np.concatenate([np.zeros((1, 50, 64)), found["cell"][:-1]])
    new = found["forget gate"] * before + found["input gate"] * found["candidate"]
    np.testing.assert_allclose(new, found["cell"], atol=1e-14)
