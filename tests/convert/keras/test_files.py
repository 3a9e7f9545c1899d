from pathlib import Path

import numpy as np
import pytest

from glassnet.convert import ConversionError, Converted, find_format, load_weights, read, write
from glassnet.models import SHIPPED, CharacterLSTM, Vocabulary
from glassnet.nn import LSTM, Conv2D, Dense, Flatten, Sequential
from tests.convert.keras.agreement import require_agreement


def test_names_tell_the_format() -> None:
    assert find_format("a.keras").name == "Keras"
    assert find_format("a.b.weights.h5").name == "Keras weights"
    with pytest.raises(ConversionError):
        find_format("a.h5")


def test_a_character_network(tmp_path: Path) -> None:
    network = CharacterLSTM(Vocabulary("hello"), units=3).initialize(np.random.default_rng(1))
    ids = np.array([[0, 1], [3, 2], [1, 1]])
    path = tmp_path / "network.keras"
    write(Converted(network, network.vocabulary), path)
    again = read(path)
    assert again.vocabulary is not None
    assert again.vocabulary.characters == "ehlo"
    assert [type(layer) for layer in again.network.layers.values()] == [LSTM, LSTM, Dense]
    assert (again.network(ids) == network(ids)).all()
    require_agreement(network, ids, tmp_path)


@pytest.mark.parametrize("suffix", [".keras", ".weights.h5"])
def test_weights_for_a_network(suffix: str, tmp_path: Path) -> None:
    layers = Conv2D(1, 2, 3), Flatten(), Dense(8, 2)
    source = Sequential(*layers).initialize(np.random.default_rng(1))
    target = Sequential(Conv2D(1, 2, 3), Flatten(), Dense(8, 2))
    target.initialize(np.random.default_rng(2))
    path = tmp_path / f"network{suffix}"
    write(Converted(source), path)
    load_weights(target, path)
    assert target.theta.tobytes() == source.theta.tobytes()
    with pytest.raises(ConversionError, match=rf"network{suffix}: layers/conv2d is of no layer"):
        load_weights(Dense(8, 2).initialize(np.random.default_rng(2)), path)


def test_a_shipped_network(tmp_path: Path) -> None:
    network = read(SHIPPED / "convolutional-autoencoder.npz").network
    images = np.random.default_rng(2).random((2, 28, 28)).astype(np.float32)
    write(Converted(network), tmp_path / "images.keras")
    assert (read(tmp_path / "images.keras").network(images) == network(images)).all()
    require_agreement(network, images, tmp_path)


@pytest.mark.parametrize("suffix", [".keras", ".weights.h5"])
def test_damaged_files(suffix: str, tmp_path: Path) -> None:
    network = Sequential(LSTM(3, 2)).initialize(np.random.default_rng(1))
    path = tmp_path / f"network{suffix}"
    write(Converted(network), path)
    data = path.read_bytes()
    for end in (0, 1, len(data) // 3, len(data) - 1):
        path.write_bytes(data[:end])
        with pytest.raises(ConversionError, match=rf"network{suffix}: ") as caught:
            read(path)
        assert "\n" not in str(caught.value)
