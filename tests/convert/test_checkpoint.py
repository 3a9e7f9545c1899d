from pathlib import Path

import numpy as np
import pytest

from glassnet.convert import ConversionError, Converted, read, write
from glassnet.models import SHIPPED, CharacterLSTM, CheckpointError, Vocabulary
from glassnet.nn import GRU, Dense, Layer, Sequential


@pytest.mark.parametrize(
    "network",
    [
        Sequential(GRU(3, 4, reset_after=False), Dense(4, 2)),
        CharacterLSTM(Vocabulary("abc"), units=4, embedding=2),
    ],
    ids=["own", "characters"],
)
def test_there_and_back(network: Layer, tmp_path: Path) -> None:
    network.initialize(np.random.default_rng(1))
    characters = network.vocabulary if isinstance(network, CharacterLSTM) else None
    write(Converted(network, characters), tmp_path / "network.npz")
    again = read(tmp_path / "network.npz")
    assert str(again.network) == str(network)
    assert again.network.theta.tobytes() == network.theta.tobytes()
    found = again.vocabulary.characters if again.vocabulary else ""
    assert found == (characters.characters if characters else "")


def test_shipped_networks_are_read() -> None:
    for path in SHIPPED.glob("*autoencoder.npz"):
        assert read(path).network.parameter_count > 0


def test_with_a_vocabulary_a_stack_becomes_a_character_network(tmp_path: Path) -> None:
    stack = Sequential(GRU(3, 4), Dense(4, 3)).initialize(np.random.default_rng(1))
    write(Converted(stack, Vocabulary("abc")), tmp_path / "network.npz")
    network = read(tmp_path / "network.npz").network
    assert isinstance(network, CharacterLSTM)
    ids = np.array([[0], [2], [1]])
    np.testing.assert_array_equal(network(ids), stack(ids))


def test_a_vocabulary_needs_a_network_of_characters(tmp_path: Path) -> None:
    network = Dense(3, 3).initialize(np.random.default_rng(1))
    with pytest.raises(ConversionError, match=r"network\.npz: a vocabulary goes with layers"):
        write(Converted(network, Vocabulary("abc")), tmp_path / "network.npz")
    assert not list(tmp_path.iterdir())


def test_damage(tmp_path: Path) -> None:
    path = tmp_path / "network.npz"
    path.write_bytes(b"PK and no zip file")
    with pytest.raises(CheckpointError, match=r"^\S*network\.npz: is damaged, or not a glassnet"):
        read(path)
