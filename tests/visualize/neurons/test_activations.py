from pathlib import Path

import numpy as np
import pytest

from glassnet.models import CharacterLSTM
from glassnet.visualize import (
    Activations,
    Neuron,
    load_activations,
    read_activations,
    save_activations,
)

TEXT = "the quick brown fox\njumps over the lazy dog.\n" * 5


def test_neuron(network: CharacterLSTM) -> None:
    found = read_activations(network, TEXT, ("hidden", "input-gate"))
    neuron = found.neuron(1, 4, "input-gate")
    assert neuron.title == "layer 1, neuron 4, input gate"
    np.testing.assert_array_equal(neuron.values, found.arrays[1, "input-gate"][:, 4])
    assert found.neuron(2, 0, "hidden").title == "layer 2, neuron 0, hidden state"
    with pytest.raises(KeyError):
        found.neuron(3, 0, "hidden")
    with pytest.raises(IndexError):
        found.neuron(1, 6, "hidden")


def test_most_varying_compares_cell_states_by_their_tanh() -> None:
    values = np.array([[9, 0, -1], [90, 0, 1], [900, 0.1, -1]], np.float32)
    activations = Activations("abc", {(1, "cell"): values, (1, "hidden"): values})
    assert activations.most_varying(1, "cell") == 2
    assert activations.most_varying(1, "hidden") == 0


def test_export_reads_back(network: CharacterLSTM, tmp_path: Path) -> None:
    written = read_activations(network, TEXT + "é日\n", ("hidden", "forget-gate"))
    path = tmp_path / "activations.npz"
    save_activations(path, written)
    with np.load(path, allow_pickle=False) as file:
        assert set(file.files) == {
            "text",
            *(f"layer{n}/{state}" for n in (1, 2) for state in ("hidden", "forget-gate")),
        }
        assert file["text"].tobytes().decode() == TEXT + "é日\n"
    found = load_activations(path)
    assert found.text == written.text
    assert found.arrays.keys() == written.arrays.keys()
    for key, values in written.arrays.items():
        np.testing.assert_array_equal(found.arrays[key], values)
    assert isinstance(found.neuron(1, 0, "hidden"), Neuron)
