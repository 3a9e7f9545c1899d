import numpy as np
import pytest

from glassnet.nn import SimpleRNN
from glassnet.nn.gradcheck import GradientError, check_layer
from tests.mutate import mutant
from tests.nn.recurrent.cases import state_of

MUTANTS = {
    "no slope of tanh": (
        "np.multiply(self._dh, self._scratch, out=dz)",
        "dz[...] = self._dh",
    ),
    "slope of another time step": (
        "h, dz = self._hidden_tiles[t + 1]",
        "h, dz = self._hidden_tiles[t]",
    ),
}
RELU_MUTANTS = {
    "no slope of relu": ("np.multiply(self._dh, h > 0, out=dz)", "dz[...] = self._dh"),
    "slope of relu reversed": ("h > 0", "h <= 0"),
}


@pytest.mark.parametrize("name", MUTANTS | RELU_MUTANTS)
def test_wrong_variants_are_rejected(name: str, generator: np.random.Generator) -> None:
    wrong = mutant(SimpleRNN, *(MUTANTS | RELU_MUTANTS)[name])
    activation = "relu" if name in RELU_MUTANTS else "tanh"
    x, state = generator.standard_normal((4, 2, 3)), state_of(SimpleRNN, generator, 2, 4)
    with pytest.raises(GradientError):
        check_layer(wrong(3, 4, activation=activation), x, state=state)


@pytest.mark.parametrize("activation", ["tanh", "relu"])
def test_agrees_with_pytorch(activation: str, generator: np.random.Generator) -> None:
    torch = pytest.importorskip("torch")
    theirs = torch.nn.RNN(5, 6, nonlinearity=activation, dtype=torch.float64)
    layer = SimpleRNN(5, 6, activation=activation).initialize(generator, np.float64)
    layer.Wx = theirs.weight_ih_l0.detach().numpy().T
    layer.Wh = theirs.weight_hh_l0.detach().numpy().T
    layer.b = (theirs.bias_ih_l0 + theirs.bias_hh_l0).detach().numpy()
    x, dy = generator.standard_normal((7, 4, 5)), generator.standard_normal((7, 4, 6))
    tensor = torch.tensor(x, requires_grad=True)
    output, _ = theirs(tensor)
    output.backward(torch.tensor(dy))
    pairs = {
        "y": (layer.forward(x), output),
        "dx": (layer.backward(dy), tensor.grad),
        "dWx": (layer.dWx, theirs.weight_ih_l0.grad.T),
        "dWh": (layer.dWh, theirs.weight_hh_l0.grad.T),
        "db": (layer.db, theirs.bias_ih_l0.grad),
    }
    for name, (ours, expected) in pairs.items():
        expected = expected.detach().numpy()
        np.testing.assert_allclose(ours, expected, rtol=0, atol=1e-12, err_msg=name)


def test_another_activation_is_refused() -> None:
    with pytest.raises(ValueError, match="activation must be 'tanh' or 'relu', not 'sigmoid'"):
        SimpleRNN(3, 4, activation="sigmoid")
