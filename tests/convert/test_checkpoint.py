from pathlib import Path

import numpy as np
import pytest

from glassnet.convert import ConversionError, Converted, read, write
from glassnet.models import (
    SHIPPED,
    CharacterLSTM,
    CheckpointError,
    OwnCharacterNetwork,
    Vocabulary,
    load_network,
    save,
)
from glassnet.nn import GRU, Dense, Embedding, Layer, LayerNorm, Sequential


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


@pytest.mark.parametrize("suffix", [".safetensors", ".keras"])
def test_a_vocabulary_that_was_saved_goes_there_and_back(suffix: str, tmp_path: Path) -> None:
    stack = Sequential(Embedding(3, 4), GRU(4, 5), LayerNorm(5), Dense(5, 3))
    stack.initialize(np.random.default_rng(1))
    save(stack, tmp_path / "network.npz", vocabulary="abc")
    write(read(tmp_path / "network.npz"), tmp_path / f"other{suffix}")
    write(read(tmp_path / f"other{suffix}"), tmp_path / "again.npz")
    network, _ = load_network(tmp_path / "again.npz")
    assert isinstance(network, OwnCharacterNetwork)
    assert network.vocabulary.characters == "abc"
    ids = np.array([[0], [2], [1]])
    np.testing.assert_allclose(network.forward(ids), stack(ids), rtol=1e-6)


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
