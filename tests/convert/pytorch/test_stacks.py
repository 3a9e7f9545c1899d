import numpy as np
import pytest

from glassnet.convert import ConversionError
from glassnet.convert.pytorch.networks import filled
from glassnet.convert.pytorch.stacks import stack_of
from glassnet.nn import Array

Shapes = dict[str, tuple[int, ...]]


def cell(name: str, gates: int, inputs: int, units: int, suffix: str = "_l0") -> Shapes:
    return {
        f"{name}.weight_ih{suffix}": (gates * units, inputs),
        f"{name}.weight_hh{suffix}": (gates * units, units),
        f"{name}.bias_ih{suffix}": (gates * units,),
        f"{name}.bias_hh{suffix}": (gates * units,),
    }


def linear(name: str, inputs: int, outputs: int) -> Shapes:
    return {f"{name}.weight": (outputs, inputs), f"{name}.bias": (outputs,)}


def tensors(*parts: Shapes) -> dict[str, Array]:
    shapes = {name: shape for part in parts for name, shape in part.items()}
    generator = np.random.default_rng(1)
    return {name: generator.standard_normal(shape) for name, shape in shapes.items()}


def described(found: dict[str, Array], ordered: bool = True) -> str:
    network, arrays = stack_of(found, ordered)
    assert arrays.keys() == network.array_shapes.keys()
    kinds = [line.split()[1] for line in str(network).splitlines()[1:]]
    return " ".join(kinds)


LSTM = tensors(cell("rnn", 4, 3, 2))


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ([cell("r", 4, 3, 2)], "LSTM"),
        ([cell("r", 3, 3, 2)], "GRU"),
        ([cell("r", 1, 3, 2)], "SimpleRNN"),
        ([cell("r", 3, 3, 2), cell("r", 3, 2, 2, "_l1"), linear("o", 2, 7)], "GRU GRU Dense"),
        ([cell("a", 4, 3, 2), cell("b", 1, 2, 5), linear("o", 5, 1)], "LSTM SimpleRNN Dense"),
        ([{"e.weight": (9, 3)}, cell("r", 4, 3, 2)], "Embedding LSTM"),
        ([{"e.weight": (9, 3)}, cell("r", 4, 3, 2), linear("o", 2, 9)], "Embedding LSTM Dense"),
        ([cell("r", 4, 3, 2), {"o.weight": (9, 2)}], "LSTM Dense"),
        ([cell("r", 4, 3, 2, ""), linear("o", 2, 9)], "LSTM Dense"),  # nn.LSTMCell
        (
            [cell("r", 4, 3, 2), cell("r", 4, 3, 2, "_l0_reverse"), linear("o", 4, 9)],
            "Bidirectional LSTM LSTM Dense",
        ),
    ],
)
def test_stacks(parts: list[Shapes], expected: str) -> None:
    for ordered in (True, False):
        assert described(tensors(*parts), ordered) == expected


def test_nine_and_more_layers_in_the_order_of_their_numbers() -> None:
    parts = [cell("r", 1, number + 1, number + 2, f"_l{number}") for number in range(12)]
    network, _ = stack_of(tensors(*parts), ordered=True)
    assert [layer.array_shapes["Wh"][0] for layer in network.layers.values()] == [*range(2, 14)]


def test_the_weights_come_to_their_layers() -> None:
    found = tensors({"e.weight": (9, 3)}, cell("r", 1, 3, 2), linear("o", 2, 9))
    network, arrays = stack_of(found, ordered=True)
    filled(network, arrays)
    x, h = found["e.weight"][4], np.zeros(2)
    bias = found["r.bias_ih_l0"] + found["r.bias_hh_l0"]
    h = np.tanh(found["r.weight_ih_l0"] @ x + found["r.weight_hh_l0"] @ h + bias)
    expected = found["o.weight"] @ h + found["o.bias"]
    np.testing.assert_allclose(network(np.array([[4]]))[0, 0], expected, atol=1e-12)


def test_without_biases() -> None:
    found = {name: value for name, value in LSTM.items() if "bias" not in name}
    _, arrays = stack_of(found, ordered=True)
    assert not arrays["lstm1.b"].any()


def test_an_embedding_and_a_linear_layer_of_one_shape_without_bias() -> None:
    """In the order of the modules there is no doubt, otherwise the name tells."""
    same = [{"a.weight": (9, 3)}, cell("r", 4, 3, 3), {"b.weight": (9, 3)}]
    assert described(tensors(*same)) == "Embedding LSTM Dense"
    with pytest.raises(ConversionError, match=r"is the embedding or a linear layer can't be told"):
        stack_of(tensors(*same), ordered=False)
    named = tensors({"b.weight": (9, 3)}, cell("r", 4, 3, 3), {"char_emb.weight": (9, 3)})
    _, arrays = stack_of(named, ordered=False)
    np.testing.assert_array_equal(arrays["embedding1.W"], named["char_emb.weight"])


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ([linear("fc", 2, 3)], r"tensor fc\.weight can't be placed: there is no LSTM, GRU or RNN;"),
        (
            [cell("r", 4, 3, 2), linear("a", 2, 5), linear("b", 5, 1)],
            r"tensor b\.weight \(1, 5\) can't be placed: where it belongs can't be told from",
        ),
        (
            [{"c.weight": (4, 3, 5)}, cell("r", 4, 3, 2)],
            r"tensor c\.weight \(4, 3, 5\) can't be placed: it is of no embedding, LSTM, GRU",
        ),
        (
            [cell("r", 4, 3, 2), {"norm.gain": (2,)}],
            r"tensor norm\.gain \(2,\) can't be placed: it is of no",
        ),
        (
            [cell("r", 4, 3, 2), {"norm.weight": (2,), "norm.bias": (2,)}],
            r"tensor norm\.weight \(2,\) can't be placed: it is of no",
        ),
        ([cell("r", 4, 3, 2), {"x.bias": (2,)}], r"tensor x\.bias \(2,\) can't be placed"),
        (
            [cell("r", 4, 3, 2), {"r.weight_hr_l0": (1, 2)}],
            r"tensor r\.weight_hr_l0 \(1, 2\) can't be placed;",
        ),
        (
            [cell("r", 4, 3, 2), cell("r", 4, 3, 2, "_l1")],
            r"tensor r\.weight_ih_l1 \(8, 3\) reads 3 inputs, and what comes before it, "
            r"r\.weight_ih_l0, has 2;",
        ),
        (
            [{"e.weight": (9, 5)}, cell("r", 4, 3, 2)],
            r"tensor r\.weight_ih_l0 \(8, 3\) reads 3 inputs, and what comes before it, e\.weight,",
        ),
        (
            [cell("r", 4, 3, 2), linear("o", 3, 9)],
            r"tensor o\.weight \(9, 3\) reads 3 inputs, and what comes before it, r\.weight_ih_l0,",
        ),
        (
            [cell("r", 2, 3, 2)],
            r"tensors r\.weight_ih_l0 \(4, 3\) and r\.weight_hh_l0 \(4, 2\) are not those of an L",
        ),
        (
            [{"r.weight_ih_l0": (8, 3)}],
            r"tensors r\.weight_ih_l0 \(8, 3\) and r\.weight_hh_l0 which is missing are not",
        ),
        (
            [{"r.weight_ih_l0": (8, 3), "r.weight_hh_l0": (8, 0)}],
            r"tensors r\.weight_ih_l0 \(8, 3\) and r\.weight_hh_l0 \(8, 0\) are not",
        ),
        (
            [{**cell("r", 4, 3, 2), "r.bias_ih_l0": (7,)}],
            r"tensor r\.bias_ih_l0 has shape \(7,\), not \(8,\)",
        ),
        (
            [cell("r", 4, 3, 2), {"r.weight_ih_l0_reverse": (8, 3)}],
            r"tensor r\.weight_hh_l0_reverse \(8, 2\) is missing",
        ),
        ([], r"tensor of any name can't be placed: there is no LSTM"),
    ],
)
def test_anything_else(parts: list[Shapes], said: str) -> None:
    with pytest.raises(ConversionError, match=f"^{said}"):
        stack_of(tensors(*parts), ordered=True)
