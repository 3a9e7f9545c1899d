import numpy as np
import pytest

from glassnet.models import CharacterLSTM, Vocabulary, VocabularyError
from glassnet.visualize import STATES, Activations, read_activations, read_in_streams, states_of
from glassnet.visualize.neurons.reading import recurrent_layers
from tests.visualize.neurons.uneven import UnevenNetwork

TEXT = "the quick brown fox\njumps over the lazy dog.\n" * 5


def test_values_are_those_of_one_forward_pass(network: CharacterLSTM) -> None:
    found = read_activations(network, TEXT, STATES)
    network.forward(network.vocabulary.encode(TEXT)[:, None])
    assert found.text == TEXT
    assert found.layers == [1, 2]
    assert found.states == list(STATES)
    for layer, lstm in enumerate(network.recurrent, 1):
        expected = lstm.activations()
        assert len(expected) == len(STATES)
        for state in STATES:
            values = found.arrays[layer, state]
            assert values.dtype == np.float32
            assert values.shape == (len(TEXT), 6)
            np.testing.assert_allclose(
                values, expected[state.replace("-", " ")][:, 0], atol=1e-6, rtol=1e-5
            )


STATES_OF = {
    "lstm": STATES,
    "gru": ("hidden", "reset-gate", "update-gate", "candidate"),
    "rnn": ("hidden",),
}


@pytest.mark.parametrize("cell", STATES_OF)
def test_states_are_those_of_the_network_s_cell(cell: str, generator: np.random.Generator) -> None:
    network = CharacterLSTM(Vocabulary.of(TEXT), units=6, cell=cell).initialize(generator)
    assert states_of(network) == STATES_OF[cell]
    found = read_activations(network, TEXT, STATES_OF[cell])
    network.forward(network.vocabulary.encode(TEXT)[:, None])
    for layer, recurrent in enumerate(network.recurrent, 1):
        for name, values in recurrent.activations().items():
            ours = found.arrays[layer, name.replace(" ", "-")]
            np.testing.assert_allclose(ours, values[:, 0], atol=1e-6, rtol=1e-5)
    if cell != "lstm":
        with pytest.raises(ValueError, match="there is no state 'cell'"):
            read_activations(network, TEXT, ("cell",))


def test_value_of_a_character_is_the_one_after_reading_it(network: CharacterLSTM) -> None:
    values = read_activations(network, TEXT).arrays[2, "hidden"]
    cell = network.cell()
    for place, index in enumerate(network.vocabulary.encode(TEXT)):
        cell.step(np.array([index]))
        np.testing.assert_allclose(values[place], cell.cells[1].h[0], atol=1e-5)


@pytest.mark.parametrize("chunk", [1, 7, 45, 224, 1000])
def test_chunks_equal_the_whole(network: CharacterLSTM, chunk: int) -> None:
    whole = read_activations(network, TEXT, STATES, chunk=len(TEXT))
    parts = read_activations(network, TEXT, STATES, chunk=chunk)
    for key, values in whole.arrays.items():
        np.testing.assert_allclose(parts.arrays[key], values, atol=2e-6, err_msg=str(key))


def test_state_of_the_network_before_does_not_matter(network: CharacterLSTM) -> None:
    first = read_activations(network, TEXT).arrays[2, "hidden"]
    network.state = {f"lstm{n}.{s}": np.ones((1, 6), np.float32) for n in (1, 2) for s in "hc"}
    np.testing.assert_array_equal(read_activations(network, TEXT).arrays[2, "hidden"], first)
    assert network.state == {}


def test_only_the_states_asked_for_are_kept(network: CharacterLSTM) -> None:
    assert set(read_activations(network, "abc").arrays) == {(1, "hidden"), (2, "hidden")}
    found = read_activations(network, "abc", ("candidate", "cell"))
    assert found.states == ["candidate", "cell"]


def test_unknown_character_is_named(network: CharacterLSTM) -> None:
    with pytest.raises(VocabularyError, match=r"'Ω' .* at position 2 "):
        read_activations(network, "abΩ")


def in_streams(network: CharacterLSTM, text: str, **options: int) -> Activations:
    """Put what `read_in_streams` yields where it belongs; every position must come once."""
    arrays = {
        (n, state): np.full((len(text), 6), np.nan, np.float32) for n in (1, 2) for state in STATES
    }
    for positions, block in read_in_streams(network, text, STATES, **options):
        assert block.keys() == arrays.keys()
        for key, values in block.items():
            assert values.dtype == np.float32
            assert values.shape == (len(positions), 6)
            assert np.isnan(arrays[key][positions]).all()
            arrays[key][positions] = values
    assert not any(np.isnan(values).any() for values in arrays.values())
    return Activations(text, arrays)


@pytest.mark.parametrize(
    ("length", "streams", "steps", "warm_up"),
    [(225, 4, 10, 50), (225, 4, 7, 50), (223, 3, 100, 60), (225, 1, 30, 50), (49, 32, 10, 50)],
)
def test_streams_are_one_reading(
    network: CharacterLSTM, length: int, streams: int, steps: int, warm_up: int
) -> None:
    for lstm in network.recurrent:
        lstm.b[6:12] = -2  # what was read 50 characters ago is forgotten
    whole = read_activations(network, TEXT[:length], STATES)
    found = in_streams(network, TEXT[:length], streams=streams, steps=steps, warm_up=warm_up)
    for key, values in whole.arrays.items():
        np.testing.assert_allclose(found.arrays[key], values, atol=1e-5, err_msg=str(key))
    assert network.state == {}


def test_streams_without_warm_up_start_from_zero(network: CharacterLSTM) -> None:
    found = in_streams(network, TEXT, streams=5, steps=10, warm_up=0)
    for start in range(0, 225, 45):
        part = read_activations(network, TEXT[start : start + 45], STATES)
        for key, values in part.arrays.items():
            np.testing.assert_allclose(found.arrays[key][start : start + 45], values, atol=1e-5)


def test_streams_are_not_shorter_than_their_warm_up(network: CharacterLSTM) -> None:
    positions, _ = next(read_in_streams(network, TEXT, streams=32, steps=1, warm_up=100))
    assert positions.tolist() == [0, 112]


def test_streams_name_an_unknown_character_at_once(network: CharacterLSTM) -> None:
    with pytest.raises(VocabularyError, match=r"'Ω' .* at position 2 "):
        read_in_streams(network, "abΩ")


def test_any_network_of_recurrent_layers_is_read(generator: np.random.Generator) -> None:
    network = UnevenNetwork(Vocabulary(TEXT)).initialize(generator)
    assert recurrent_layers(network) == [network.first, network.second]
    found = read_activations(network, TEXT)
    network.forward(network.vocabulary.encode(TEXT)[:, None])
    for layer, lstm in ((1, network.first), (2, network.second)):
        expected = lstm.activations()["hidden"][:, 0]
        np.testing.assert_allclose(found.arrays[layer, "hidden"], expected, atol=1e-6)


def test_a_network_with_an_embedding_is_read(generator: np.random.Generator) -> None:
    network = CharacterLSTM(Vocabulary(TEXT), units=4, embedding=3).initialize(generator)
    found = read_activations(network, TEXT)
    network.forward(network.vocabulary.encode(TEXT)[:, None])
    for layer, lstm in enumerate(network.recurrent, 1):
        expected = lstm.activations()["hidden"][:, 0]
        np.testing.assert_allclose(found.arrays[layer, "hidden"], expected, atol=1e-6)


def test_states_are_checked_at_once(network: CharacterLSTM) -> None:
    with pytest.raises(ValueError, match="no state 'memory'"):
        read_activations(network, TEXT, ["memory"])
    with pytest.raises(ValueError, match="no state 'memory'"):
        read_in_streams(network, TEXT, ["memory"])
