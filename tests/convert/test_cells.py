import numpy as np
import pytest

from glassnet.convert import ConversionError
from glassnet.convert.cells import (
    GLASSNET_GATES,
    LAYOUTS,
    CellWeights,
    from_glassnet,
    to_glassnet,
)
from glassnet.nn import GRU, LSTM, Array, Layer, SimpleRNN

CELLS = {
    "LSTM": lambda inputs, units: LSTM(inputs, units),
    "GRU": lambda inputs, units: GRU(inputs, units),
    "GRU with reset before": lambda inputs, units: GRU(inputs, units, reset_after=False),
    "SimpleRNN": lambda inputs, units: SimpleRNN(inputs, units),
}
PAIRS = [(framework, cell) for framework in LAYOUTS for cell in LAYOUTS[framework]]
every_pair = pytest.mark.parametrize(("framework", "cell"), PAIRS)


def random_layer(cell: str, inputs: int = 3, units: int = 2, seed: int = 1) -> Layer:
    """A layer whose numbers all differ."""
    layer = CELLS[cell](inputs, units).initialize(np.random.default_rng(seed))
    layer.theta = np.random.default_rng(seed).normal(size=layer.theta.size)
    return layer


def marked(cell: str) -> dict[str, Array]:
    """Arrays of one unit and one input whose numbers are the code points of the gates' letters."""
    letters = np.array([[ord(letter) for letter in GLASSNET_GATES[cell]]])
    arrays = {"Wx": letters, "Wh": letters, "b": letters[0]}
    return arrays | ({"bh": letters[0, -1:]} if cell == "GRU" else {})


@every_pair
def test_round_trips_change_no_bit(framework: str, cell: str) -> None:
    for inputs, units in ((3, 2), (1, 1), (2, 5)):
        arrays = random_layer(cell, inputs, units).parameters
        arrays["b"][:1] = -0.0
        again = to_glassnet(from_glassnet(arrays, framework, cell), framework, cell)
        assert again.keys() == arrays.keys()
        for name, value in arrays.items():
            assert again[name].tobytes() == value.tobytes(), name
            assert again[name].dtype == value.dtype == np.float32


@every_pair
def test_each_gate_comes_to_its_place(framework: str, cell: str) -> None:
    layout = LAYOUTS[framework][cell]
    weights = from_glassnet(marked(cell), framework, cell)
    in_order = [ord(letter) for letter in layout.gates]
    for matrix in weights[:2]:
        assert matrix.shape == ((len(in_order), 1) if layout.transposed else (1, len(in_order)))
        assert matrix.flags.c_contiguous
        assert matrix.ravel().tolist() == in_order
    assert weights.bias is not None
    assert weights.bias.tolist() == in_order
    if layout.biases == 1:
        assert weights.recurrent_bias is None
    else:
        assert weights.recurrent_bias is not None
        of_candidate = [code if chr(code) == "n" and cell == "GRU" else 0 for code in in_order]
        assert weights.recurrent_bias.tolist() == of_candidate


def test_nothing_that_is_returned_is_a_view_of_the_layer() -> None:
    layer = random_layer("SimpleRNN")
    weights = from_glassnet(layer.parameters, "Keras", "SimpleRNN")
    for value in weights[:2]:
        value[...] = 0
    assert layer.theta.all()


def test_biases_are_summed_but_for_the_candidate_of_a_gru_with_the_reset_after() -> None:
    first, second = np.array([1.0, 2.0, 3.0]), np.array([10.0, 20.0, 30.0])
    weights = CellWeights(np.ones((3, 1)), np.ones((3, 1)), first, second)  # of z, r, n
    after = to_glassnet(weights, "ONNX", "GRU")
    assert after["b"].tolist() == [22, 11, 3]
    assert after["bh"].tolist() == [30]
    before = to_glassnet(weights, "ONNX", "GRU with reset before")
    assert before["b"].tolist() == [22, 11, 33]
    assert "bh" not in before


def test_missing_biases_are_zeros() -> None:
    for framework, cell in PAIRS:
        blocks = len(GLASSNET_GATES[cell])
        transposed = LAYOUTS[framework][cell].transposed
        matrices = [np.ones((blocks * 2, 2)) if transposed else np.ones((2, blocks * 2))] * 2
        arrays = to_glassnet(CellWeights(matrices[0], matrices[1]), framework, cell)
        assert arrays["b"].tolist() == [0] * blocks * 2
        assert arrays.get("bh", np.zeros(2)).tolist() == [0, 0]


def test_what_a_framework_lacks() -> None:
    arrays = marked("GRU with reset before")
    with pytest.raises(ConversionError, match=r"^PyTorch has no GRU with reset before$"):
        from_glassnet(arrays, "PyTorch", "GRU with reset before")


@pytest.mark.parametrize("cell", LAYOUTS["PyTorch"])
def test_pytorch_computes_the_same(cell: str) -> None:
    torch = pytest.importorskip("torch")
    layer = random_layer(cell, 3, 4)
    twin = {"LSTM": torch.nn.LSTM, "GRU": torch.nn.GRU, "SimpleRNN": torch.nn.RNN}[cell](3, 4)
    names = ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0")
    weights = from_glassnet(layer.parameters, "PyTorch", cell)
    twin.load_state_dict(
        {name: torch.from_numpy(value) for name, value in zip(names, weights, strict=True)}
    )
    x = np.random.default_rng(2).normal(size=(7, 2, 3)).astype(np.float32)
    with torch.no_grad():
        np.testing.assert_allclose(layer(x), twin(torch.from_numpy(x))[0].numpy(), atol=1e-6)
    # And from PyTorch's own first weights, where both biases are random.
    twin.reset_parameters()
    theirs = CellWeights(*(twin.state_dict()[name].numpy() for name in names))
    for name, value in to_glassnet(theirs, "PyTorch", cell).items():
        layer.parameters[name] = value
    with torch.no_grad():
        np.testing.assert_allclose(layer(x), twin(torch.from_numpy(x))[0].numpy(), atol=1e-6)
