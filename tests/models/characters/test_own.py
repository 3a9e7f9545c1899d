"""Networks of characters that somebody made: their cells, clamped units, and files."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from glassnet.errors import UserError
from glassnet.models import (
    CharacterLSTM,
    OwnCharacterNetwork,
    Vocabulary,
    load,
    load_network,
    save,
)
from glassnet.nn import (
    GRU,
    LSTM,
    Bidirectional,
    Dense,
    Dropout,
    Embedding,
    Layer,
    Residual,
    Sequential,
    SimpleRNN,
)

CHARACTERS = "abcd\n"
NETWORKS: dict[str, Callable[[], Sequential]] = {
    "one-hot": lambda: Sequential(LSTM(5, 6), Dropout(0.5, 1), Dense(6, 5)),
    "embedding": lambda: Sequential(Embedding(5, 4), GRU(4, 6), SimpleRNN(6, 3), Dense(3, 5)),
    "residual": lambda: Sequential(Embedding(5, 6), Residual(LSTM(6, 6)), GRU(6, 4), Dense(4, 5)),
}
every_network = pytest.mark.parametrize("name", NETWORKS)


def network_of(name: str) -> OwnCharacterNetwork:
    network = OwnCharacterNetwork(Vocabulary(CHARACTERS), NETWORKS[name]())
    return network.initialize(np.random.default_rng(1), np.float64)


@every_network
def test_a_cell_reads_as_the_network_does(name: str) -> None:
    network = network_of(name)
    ids = np.random.default_rng(2).integers(0, 5, (7, 3))
    expected = network.forward(ids).copy()
    cell = network.cell(rows=3)
    np.testing.assert_allclose([cell.step(row) for row in ids], expected, atol=1e-14)
    network.forward(ids[:4])
    network.carry()
    cell.start(network.state)
    np.testing.assert_allclose([cell.step(row) for row in ids[4:]], expected[4:], atol=1e-14)
    one = network.cell(rows=3)
    network.reset_state()
    network.forward(ids[:4, :1])
    network.carry()
    one.start(network.state)  # of one text, for all three
    found = [one.step(np.repeat(row[:1], 3)) for row in ids[4:]]
    np.testing.assert_allclose(found, np.repeat(expected[4:, :1], 3, axis=1), atol=1e-14)


def test_a_clamped_unit_is_that_of_the_character_lstm() -> None:
    known = CharacterLSTM(Vocabulary(CHARACTERS), layers=2, units=6)
    known.initialize(np.random.default_rng(1), np.float64)
    own = Sequential(("lstm1", LSTM(5, 6)), ("lstm2", LSTM(6, 6)), ("dense", Dense(6, 5)))
    network = OwnCharacterNetwork(Vocabulary(CHARACTERS), own)
    network.initialize(np.random.default_rng(9), np.float64)
    network.theta = known.theta
    cells = known.cell(rows=2), network.cell(rows=2)
    ids = np.random.default_rng(2).integers(0, 5, (6, 2))
    for cell in cells:
        cell.step(ids[0])
        cell.clamp(1, np.array([2, 4]), np.array([0.75, -1.0]), np.array([0, 1]))
        cell.clamp(2, np.array([0]), np.array([0.5]), np.array([1]))
    for row in ids[1:]:
        np.testing.assert_allclose(cells[1].step(row), cells[0].step(row), atol=1e-14)
    plain = network.cell(rows=2)
    plain.step(ids[0])
    assert not np.allclose(plain.step(ids[1]), known.cell(rows=2).step(ids[1]))


def test_a_cell_leaves_the_network_alone() -> None:
    network = network_of("residual")
    cell = network.cell()
    cell.step(np.array([1]))
    assert dict(network.state) == {}
    assert all("forward" not in vars(layer) for _, layer in network.walk())
    network.theta += 1
    other = network.cell()
    assert not np.allclose(cell.step(np.array([1])), other.step(np.array([1])))


@every_network
def test_it_is_saved_with_its_vocabulary(name: str, tmp_path: Path) -> None:
    network = NETWORKS[name]().initialize(np.random.default_rng(1))
    ids = np.random.default_rng(2).integers(0, 5, (7, 3))
    y = network(ids)
    save(network, tmp_path / "n.npz", vocabulary=CHARACTERS)
    np.testing.assert_array_equal(network(ids), y)
    assert next(iter(network.parameters)).count(".") == 1  # its names are not changed
    again, checkpoint = load_network(tmp_path / "n.npz")
    assert isinstance(again, OwnCharacterNetwork)
    assert again.vocabulary.characters == "\nabcd"
    assert checkpoint.kind == "character-network"
    np.testing.assert_array_equal(again.forward(ids), y)
    inner = load(tmp_path / "n.npz")
    assert type(inner) is Sequential
    np.testing.assert_array_equal(inner(ids), y)
    save(inner, tmp_path / "again.npz", vocabulary=again.vocabulary)
    np.testing.assert_array_equal(load(tmp_path / "again.npz")(ids), y)


MISTAKES: dict[str, tuple[Callable[[], Layer], str]] = {
    "other characters": (
        lambda: Sequential(LSTM(5, 6), Dense(6, 4)),
        r"with a vocabulary of 5 characters must return \(T, N, 5\), but it makes \(2, 1, 4\)",
    ),
    "no ids": (lambda: Sequential(Dense(5, 5)), r"must read ids of characters \(T, N\): Dense"),
    "both ways": (
        lambda: Sequential(Bidirectional(LSTM(5, 6)), Dense(12, 5)),
        "a Bidirectional layer reads what follows, so it can't predict it",
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_what_does_not_predict_characters(name: str, tmp_path: Path) -> None:
    build, message = MISTAKES[name]
    network = build().initialize(np.random.default_rng(1))
    with pytest.raises(UserError, match=message):
        save(network, tmp_path / "n.npz", vocabulary=CHARACTERS)
    assert not list(tmp_path.iterdir())
