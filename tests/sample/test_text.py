from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from glassnet.models import CharacterLSTM, Vocabulary, VocabularyError
from glassnet.sample import character_probabilities, stream_text
from glassnet.sample import text as text_module
from glassnet.sample.text import _state_after
from tests.sample.test_probabilities import spread_of

CHARACTERS = "\n abcdefgh"


def lively_network(characters: str = CHARACTERS, layers: int = 2) -> CharacterLSTM:
    """A float64 network whose weights are large enough that the state matters to every draw."""
    network = CharacterLSTM(Vocabulary(characters), layers=layers, units=16)
    network.initialize(np.random.default_rng(5), np.float64)
    network.theta *= 3
    return network


@pytest.fixture
def network() -> CharacterLSTM:
    return lively_network()


def texts(network: CharacterLSTM, seed: int = 0, **options: Any) -> list[str]:
    """Return the whole texts, one for each of `count`."""
    stream = stream_text(network, np.random.default_rng(seed), **options)
    return ["".join(column) for column in zip(*stream, strict=True)]


def one_by_one(
    network: CharacterLSTM, start: str, length: int, seed: int, temperature: float
) -> str:
    """Draw as simply as can be: every prefix anew through the whole network, `Generator.choice`'s
    method (invert the cumulative distribution) on its last logits."""
    (generator,) = np.random.default_rng(seed).spawn(1)
    text = start
    network.reset_state()
    for _ in range(length):
        logits = network.forward(network.vocabulary.encode(text)[:, None])[-1, 0]
        odds = np.exp((logits - logits.max()) / temperature)
        cumulative = np.cumsum(odds / odds.sum())
        text += network.vocabulary.characters[
            int(np.searchsorted(cumulative, generator.random(), side="right"))
        ]
    return text[len(start) :]


@pytest.mark.parametrize("start", ["a", "ab", "\nhead\n", "a bad cafe " * 5])
@pytest.mark.parametrize("layers", [1, 3])
def test_equals_every_prefix_anew(start: str, layers: int) -> None:
    network = lively_network(layers=layers)
    expected = one_by_one(network, start, 60, seed=3, temperature=0.8)
    assert texts(network, 3, start=start, length=60, temperature=0.8) == [expected]
    assert len(set(expected)) > 4


def test_temperature_0_takes_the_likeliest_of_the_whole_prefix(network: CharacterLSTM) -> None:
    start, length = "bad cab", 40
    (text,) = texts(network, start=start, length=length, temperature=0)
    ids = network.vocabulary.encode(start + text)
    network.reset_state()
    logits = network.forward(ids[:, None])[:, 0]
    likeliest = logits.argmax(axis=-1)[len(start) - 1 : -1]
    assert text == network.vocabulary.decode(likeliest)
    assert len(set(text)) > 1
    for options in ({"temperature": 0}, {"top_k": 1}, {"top_p": 1e-9}):
        assert texts(network, 99, start=start, length=length, **options) == [text]


@pytest.mark.parametrize("length", [1, 2, 6, 7, 8, 14, 20])
def test_state_after_a_start_text_equals_one_by_one(
    network: CharacterLSTM, monkeypatch: pytest.MonkeyPatch, length: int
) -> None:
    monkeypatch.setattr(text_module, "_CHUNK", 7)
    ids = np.random.default_rng(1).integers(0, len(CHARACTERS), length)
    state = _state_after(network, ids)
    cell = network.cell()
    for i in ids:
        cell.step(np.array([i]))
    for number, layer in enumerate(cell.cells, start=1):
        np.testing.assert_allclose(state[f"lstm{number}.h"], layer.h, rtol=1e-10, atol=1e-14)
        np.testing.assert_allclose(state[f"lstm{number}.c"], layer.c, rtol=1e-10, atol=1e-14)


@pytest.mark.parametrize("count", [1, 3])
def test_long_start_text(
    network: CharacterLSTM, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    start = "a bad cafe\nhead a "
    whole = texts(network, start=start, length=50, count=count)
    monkeypatch.setattr(text_module, "_CHUNK", 4)
    assert texts(network, start=start, length=50, count=count) == whole
    # It would have shown if the characters before the last chunk had not been read.
    assert texts(network, start=start[-5:], length=50, count=count) != whole


def test_network_is_left_as_it_was(network: CharacterLSTM) -> None:
    fresh = texts(network, start="abc", length=30)
    network.forward(np.array([[3], [4]]))
    network.carry()
    before, weights = network.state, network.theta.copy()
    assert texts(network, start="abc", length=30) == fresh  # from zeros all the same
    assert network.state.keys() == before.keys()
    for name, value in network.state.items():
        assert np.array_equal(value, before[name])
    assert np.array_equal(network.theta, weights)


@pytest.mark.parametrize("start", ["", "a", "bad cab\n"])
@pytest.mark.parametrize("clamped", [{(1, 3): 1.0}, {(2, 0): -0.5, (1, 2): 0, (2, 7): 1}])
def test_clamped_units_stay_at_every_step(
    network: CharacterLSTM, start: str, clamped: dict[tuple[int, int], float]
) -> None:
    length = 40
    found = texts(network, start=start, length=length, temperature=0, count=2, clamped=clamped)
    assert found[0] == found[1]
    network.reset_state()
    network.state = {
        f"lstm{number}.{name}": np.zeros((1, 16)) for number in (1, 2) for name in "hc"
    }
    for (layer, unit), value in clamped.items():
        network.recurrent[layer - 1].carried["h"][0, unit] = value
    expected = start or "\n"
    for place in range(len(expected) + length - 1):
        x = network.vocabulary.encode(expected[place])[:, None]
        for number, lstm in enumerate(network.recurrent, 1):
            x = lstm.forward(x).copy()
            lstm.carry()
            for (layer, unit), value in clamped.items():
                if layer == number:
                    x[0, 0, unit] = lstm.carried["h"][0, unit] = value
        if place >= len(start or "\n") - 1:
            expected += network.vocabulary.decode(network.dense.forward(x)[0].argmax(axis=-1))
    assert found[0] == expected[len(start or "\n") :]
    network.reset_state()
    assert found != texts(network, start=start, length=length, temperature=0, count=2)


@pytest.mark.parametrize(
    ("neuron", "value", "message"),
    [
        ((3, 0), 0, "there is no layer 3; layers are numbered from 1 to 2"),
        ((0, 0), 0, "there is no layer 0"),
        ((1, 16), 0, "layer 1 has no neuron 16; its neurons are numbered from 0 to 15"),
        ((1, 0), 1.5, "a hidden state must be a value from -1 to 1, not 1.5"),
        ((1, 0), np.nan, "a hidden state must be a value from -1 to 1, not nan"),
    ],
)
def test_units_that_can_not_be_clamped(
    network: CharacterLSTM, neuron: tuple[int, int], value: float, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        stream_text(network, np.random.default_rng(0), clamped={neuron: value})


@pytest.mark.parametrize("value", [-1.0, 1.0])
def test_a_clamped_value_may_be_the_largest(network: CharacterLSTM, value: float) -> None:
    assert len(texts(network, length=3, clamped={(1, 3): value})[0]) == 3


@pytest.mark.parametrize("value", [-1.01, 1.01, -2.0, np.nan])
def test_a_clamped_value_is_one_of_tanh(network: CharacterLSTM, value: float) -> None:
    with pytest.raises(ValueError, match="a hidden state must be a value from -1 to 1"):
        stream_text(network, np.random.default_rng(0), clamped={(1, 3): value})


def test_a_thousand_characters_by_default(network: CharacterLSTM) -> None:
    assert [len(text) for text in texts(network)] == [1000]


def test_without_a_start_text(network: CharacterLSTM) -> None:
    assert texts(network, length=30) == texts(network, start="\n", length=30)
    assert texts(network, length=30) != texts(network, start="a", length=30)
    network = lively_network("cdefab")
    assert texts(network, length=30) == texts(network, start="a", length=30)


def test_seeds(network: CharacterLSTM) -> None:
    (text,) = texts(network, 1, length=50)
    assert len(text) == 50
    assert texts(network, 1, length=50) == [text]
    assert texts(network, 1, length=20) == [text[:20]]
    assert texts(network, 2, length=50) != [text]


def test_a_generator_used_again_gives_other_texts(
    network: CharacterLSTM, generator: np.random.Generator
) -> None:
    first, second = ("".join(stream_text(network, generator, length=40)) for _ in range(2))
    assert first != second


def test_each_text_is_drawn_on_its_own(network: CharacterLSTM) -> None:
    several = texts(network, start="a ", length=50, count=4)
    assert len(set(several)) == 4
    for count in (1, 2, 3):
        assert texts(network, start="a ", length=50, count=count) == several[:count]


@pytest.mark.parametrize("options", [{"temperature": 0.7}, {"top_k": 3}, {"top_p": 0.6}])
def test_frequencies_over_many_texts(network: CharacterLSTM, options: dict[str, Any]) -> None:
    count = 4000
    (step,) = stream_text(
        network,
        np.random.default_rng(0),
        start="abc",
        length=1,
        count=count,
        **options,
    )
    network.reset_state()
    logits = network.forward(network.vocabulary.encode("abc")[:, None])[-1]
    expected = character_probabilities(logits, **options)[0]
    observed = np.bincount(network.vocabulary.encode(step), minlength=len(expected))
    assert abs(spread_of(observed, count * expected)) < 4


def test_characters_come_one_at_a_time(network: CharacterLSTM) -> None:
    stream = stream_text(network, np.random.default_rng(0), length=10**12, count=2)
    assert isinstance(stream, Iterator)
    assert [len(next(stream)) for _ in range(3)] == [2, 2, 2]


def test_length_0(network: CharacterLSTM) -> None:
    assert list(stream_text(network, np.random.default_rng(0), length=0)) == []


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("length", -1),
        ("temperature", -0.1),
        ("temperature", np.nan),
        ("temperature", np.inf),
        ("top_k", 0),
        ("top_p", 0),
        ("top_p", 1.01),
        ("top_p", np.nan),
        ("count", 0),
    ],
)
def test_options_out_of_range(network: CharacterLSTM, option: str, value: Any) -> None:
    named = f"{option} must .* not {value}"
    with pytest.raises(ValueError, match=named):
        stream_text(network, np.random.default_rng(0), **{option: value})


def test_unknown_character_is_named_before_anything_is_drawn(network: CharacterLSTM) -> None:
    with pytest.raises(VocabularyError, match=r"'Z' \(U\+005A\) at position 2"):
        stream_text(network, np.random.default_rng(0), start="abZ")
