import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glassnet.models import CharacterLSTM, Vocabulary
from glassnet.models.characters import CELLS
from glassnet.nn import GRU, LSTM, Array, Dropout, SimpleRNN
from glassnet.nn.gradcheck import GradientError, check_layer
from glassnet.nn.testing import ids, shapes
from tests.mutate import mutant


@given(
    x=ids(shapes(2, largest=3), classes=5),
    layers=st.integers(1, 3),
    dropout=st.sampled_from([0.0, 0.5]),
    embedding=st.sampled_from([0, 2]),
    skip=st.booleans(),
    train=st.booleans(),
    cell=st.sampled_from(list(CELLS)),
)
def test_gradients_of_the_whole_network(
    x: Array, layers: int, dropout: float, embedding: int, skip: bool, train: bool, cell: str
) -> None:
    network = CharacterLSTM(
        Vocabulary("abcde"),
        layers,
        3,
        dropout,
        embedding=embedding,
        input_dropout=dropout if embedding else 0,
        state_dropout=dropout,
        skip=skip,
        temperature=1.5,
        cell=cell,
    )
    check_layer(network, x, train=train)


def test_it_is_made_of_the_cell_that_is_named() -> None:
    for cell, kind in (("lstm", LSTM), ("gru", GRU), ("rnn", SimpleRNN)):
        network = CharacterLSTM(Vocabulary("ab"), units=4, cell=cell)
        assert [type(layer) for layer in network.recurrent] == [kind, kind]
        assert list(network.layers) == [f"{cell}1", f"{cell}2", "dense"]
        again = CharacterLSTM.from_configuration(network.configuration)
        assert list(again.layers) == list(network.layers)
    with pytest.raises(ValueError, match="no cell 'grus'; did you mean 'gru'"):
        CharacterLSTM(Vocabulary("ab"), cell="grus")


def test_the_old_name_of_the_recurrent_layers_still_works() -> None:
    network = CharacterLSTM(Vocabulary("ab"), units=4)
    with pytest.warns(FutureWarning, match="is now CharacterLSTM.recurrent"):
        assert network.lstms is network.recurrent


SKIP_MUTANTS = {
    "gradient of a skipped output lost": ("dy = dy + doutputs.pop()", "doutputs.pop()"),
    "skipped outputs exchanged": ("doutputs.pop()", "doutputs.pop(0)"),
    "gradient of the last output lost": ("*doutputs, dy = np", "dy, *doutputs = np"),
}


@pytest.mark.parametrize("name", SKIP_MUTANTS)
def test_wrong_variants_of_skip_are_rejected(name: str, generator: np.random.Generator) -> None:
    wrong = mutant(CharacterLSTM, *SKIP_MUTANTS[name])
    with pytest.raises(GradientError):
        check_layer(wrong(Vocabulary("abcde"), 3, 4, skip=True), generator.integers(0, 5, (4, 2)))


def test_skip_gives_the_dense_layer_the_outputs_of_all_layers(
    generator: np.random.Generator,
) -> None:
    network = CharacterLSTM(Vocabulary("abcde"), layers=2, units=3, skip=True)
    network.initialize(generator, np.float64)
    ids = generator.integers(0, 5, (4, 2))
    first = network.recurrent[0].forward(ids).copy()
    second = network.recurrent[1].forward(first)
    expected = first @ network.dense.W[:3] + second @ network.dense.W[3:] + network.dense.b
    np.testing.assert_allclose(network.forward(ids), expected, atol=1e-14)


def test_an_embedding_in_place_of_one_hot_characters(generator: np.random.Generator) -> None:
    embedded = CharacterLSTM(Vocabulary("abcde"), units=3, embedding=5)
    one_hot = CharacterLSTM(Vocabulary("abcde"), units=3)
    embedded.initialize(generator, np.float64)
    one_hot.initialize(generator, np.float64)
    for name in one_hot.parameters:
        one_hot.parameters[name] = embedded.parameters[name]
    embedded.parameters["embedding.W"] = np.eye(5)[::-1]  # the characters in another order
    ids = generator.integers(0, 5, (4, 2))
    np.testing.assert_allclose(embedded.forward(ids), one_hot.forward(4 - ids), atol=1e-14)


def test_a_temperature_divides_the_logits_when_not_training(
    generator: np.random.Generator,
) -> None:
    cool, warm = (CharacterLSTM(Vocabulary("abc"), units=3, temperature=t) for t in (1, 1.25))
    cool.initialize(generator, np.float64)
    warm.initialize(generator, np.float64)
    warm.theta = cool.theta
    ids = generator.integers(0, 3, (4, 2))
    expected = cool.forward(ids).copy()
    np.testing.assert_allclose(warm.forward(ids), expected / 1.25, atol=1e-14)
    np.testing.assert_array_equal(warm.forward(ids, train=True), expected)
    for temperature in (0, -1, float("nan")):
        with pytest.raises(ValueError, match="temperature must be above 0"):
            CharacterLSTM(Vocabulary("abc"), temperature=temperature)


def test_input_dropout_needs_an_embedding() -> None:
    with pytest.raises(ValueError, match="input_dropout needs an embedding"):
        CharacterLSTM(Vocabulary("ab"), input_dropout=0.5)


def test_a_network_is_dropped_where_its_options_say() -> None:
    network = CharacterLSTM(
        Vocabulary("ab"), units=3, embedding=4, dropout=0.5, input_dropout=0.2, state_dropout=0.1
    )
    rates = {
        name: layer.rate if isinstance(layer, Dropout) else layer.state_dropout
        for name, layer in network.layers.items()
        if isinstance(layer, Dropout | LSTM)
    }
    assert rates == {
        "input_dropout": 0.2, "lstm1": 0.1, "dropout1": 0.5, "lstm2": 0.1, "dropout2": 0.5,
    }  # fmt: skip


def test_names_and_size() -> None:
    vocabulary = Vocabulary("".join(map(chr, range(65))))
    network = CharacterLSTM(vocabulary)
    assert network.parameter_count == 3_316_289
    network = CharacterLSTM(vocabulary, units=4).initialize(np.random.default_rng(0))
    assert list(network.parameters) == [
        *(f"lstm{layer}.{name}" for layer in (1, 2) for name in ("Wx", "Wh", "b")),
        "dense.W",
        "dense.b",
    ]


def test_configuration_builds_the_same_network() -> None:
    network = CharacterLSTM(
        Vocabulary("héllo"),
        layers=3,
        units=4,
        dropout=0.25,
        embedding=2,
        input_dropout=0.5,
        state_dropout=0.125,
        skip=True,
        temperature=1.25,
    )
    again = CharacterLSTM.from_configuration(network.configuration)
    assert again.configuration == network.configuration
