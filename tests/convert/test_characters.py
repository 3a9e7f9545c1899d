import json
from pathlib import Path

import numpy as np
import pytest

from glassnet.convert import ConversionError, Converted
from glassnet.convert.characters import read_characters, with_vocabulary
from glassnet.models import CharacterLSTM, OwnCharacterNetwork
from glassnet.nn import (
    GRU,
    LSTM,
    Bidirectional,
    Dense,
    Dropout,
    Embedding,
    Layer,
    ReLU,
    Sequential,
    SimpleRNN,
)


def initialized(*layers: Layer) -> Sequential:
    return Sequential(*layers).initialize(np.random.default_rng(1))


STACKS = {
    "lstm": lambda: initialized(LSTM(4, 3), LSTM(3, 3), Dense(3, 4)),
    "gru": lambda: initialized(Embedding(4, 5), GRU(5, 3), Dense(3, 4)),
    "rnn": lambda: initialized(SimpleRNN(4, 3), Dropout(0.5), Dense(3, 4)),
}


@pytest.mark.parametrize("kind", STACKS)
def test_the_same_probabilities_by_character(kind: str) -> None:
    """Ids come in the order z, b, y, a; the vocabulary of glassnet is sorted."""
    stack = STACKS[kind]()
    found = with_vocabulary(Converted(stack), "zbya")
    network = found.network
    assert isinstance(network, CharacterLSTM)
    assert network.configuration["cell"] == kind
    assert found.vocabulary is network.vocabulary
    assert network.vocabulary.characters == "abyz"
    theirs = np.array([["zbya".index(character)] for character in "zaby"])
    ours = network.vocabulary.encode("zaby").reshape(4, 1)
    expected, logits = stack(theirs), network(ours)
    for place, character in enumerate("zbya"):
        column = "abyz".index(character)
        np.testing.assert_array_equal(logits[..., column], expected[..., place])
    cell = network.cell()  # as sampling reads, one character after the other
    steps = np.array([cell.step(row) for row in ours])
    np.testing.assert_allclose(steps, logits, atol=1e-6)


def test_one_hot_vectors_by_an_embedding() -> None:
    stack = initialized(Embedding(3, 3), LSTM(3, 2), Dense(2, 3))
    stack.parameters["embedding1.W"] = np.eye(3)
    network = with_vocabulary(Converted(stack), "cab").network
    assert network.configuration["embedding"] == 0
    ids = np.array([[0], [1], [2]])
    expected = stack(ids)[..., [1, 2, 0]]
    np.testing.assert_array_equal(network(np.array([[2], [0], [1]])), expected)


@pytest.mark.parametrize(
    "stack",
    [
        initialized(LSTM(4, 3), LSTM(3, 2), Dense(2, 4)),
        initialized(LSTM(4, 3), GRU(3, 3), Dense(3, 4)),
        initialized(Embedding(4, 3), GRU(3, 3, reset_after=False), Dropout(0.5), Dense(3, 4)),
        initialized(SimpleRNN(4, 3, "relu"), Dense(3, 4)),
        initialized(LSTM(4, 4), ReLU(), Dense(4, 4), ReLU(), Dense(4, 4)),
    ],
    ids=["sizes", "kinds", "reset before", "relu", "more layers"],
)
def test_networks_that_are_no_character_lstm(stack: Sequential) -> None:
    network = with_vocabulary(Converted(stack), "zbya").network
    assert isinstance(network, OwnCharacterNetwork)
    theirs = np.array([["zbya".index(character)] for character in "zaby"])
    logits = network(network.vocabulary.encode("zaby").reshape(4, 1))
    expected = stack(theirs)[..., ["zbya".index(character) for character in "abyz"]]
    np.testing.assert_allclose(logits, expected, rtol=1e-6)


@pytest.mark.parametrize(
    ("network", "said"),
    [
        (initialized(Bidirectional(LSTM(4, 3)), Dense(6, 4)), "not with Bidirectional, Dense"),
        (
            initialized(Embedding(4, 3), Bidirectional(LSTM(3, 2)), Dense(4, 4)),
            "a Bidirectional layer reads what follows, so it can't predict it",
        ),
        (initialized(LSTM(4, 4)), "not with LSTM"),
        (Dense(4, 4).initialize(np.random.default_rng(1)), "not with Dense"),
        (
            initialized(LSTM(4, 3), Dense(3, 5)),
            "the vocabulary has 4 characters, and the network reads 4 different ones and writes 5",
        ),
        (
            initialized(Embedding(5, 4), LSTM(4, 3), Dense(3, 4)),
            "the vocabulary has 4 characters, and the network reads 5 different ones and writes 4",
        ),
    ],
)
def test_other_networks(network: Layer, said: str) -> None:
    with pytest.raises(ConversionError) as caught:
        with_vocabulary(Converted(network), "abcd")
    assert str(caught.value).endswith(said)


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.txt", "zyx", "zyx"),
        ("a.txt", "to be or not\n", "\n benort"),
        ("a.json", '["z", "\\n", "a"]', "z\na"),
        ("a.JSON", '{"z": 1, "a": 0}', "az"),
    ],
)
def test_files_of_characters(name: str, content: str, expected: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    assert read_characters(str(tmp_path / name)) == expected


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"[", "is not a text in UTF-8, or not JSON"),
        (b"\xff", "is not a text in UTF-8, or not JSON"),
        (b'["ab"]', "must be a list of characters, or an object of their ids, which begin with 0"),
        (b'{"a": 1, "b": 2}', "must be a list of characters"),
        (b'{"a": [0]}', "must be a list of characters"),
        (b'"abc"', "must be a list of characters"),
        (b'["a", "a"]', "holds a character twice"),
    ],
)
def test_damaged_files_of_characters(content: bytes, said: str, tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(content)
    with pytest.raises(ConversionError) as caught:
        read_characters(str(path))
    assert str(caught.value).startswith(f"{path}: {said}")


def test_characters_themselves() -> None:
    assert read_characters("zyx") == "zyx"
    assert read_characters("a" * 5000) == "a"
    assert read_characters(json.dumps("no\0file")) == "".join(sorted(set(json.dumps("no\0file"))))
