"""A character LSTM one character at a time: the sequence's numbers, a start, clamped neurons."""

import numpy as np
import pytest

from glassnet.models import CharacterLSTM, Vocabulary
from glassnet.models.characters import CELLS

every_cell = pytest.mark.parametrize("kind", CELLS)


@every_cell
@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize("embedding", [0, 3])
@pytest.mark.parametrize("skip", [False, True])
def test_character_by_character_equals_the_sequence(
    kind: str, rows: int, embedding: int, skip: bool, generator: np.random.Generator
) -> None:
    network = CharacterLSTM(
        Vocabulary("abcde"),
        units=6,
        dropout=0.5,
        embedding=embedding,
        skip=skip,
        temperature=0.8,
        cell=kind,
    )
    network.initialize(generator, np.float64)
    network.theta += 0.1 * generator.standard_normal(network.theta.size)  # biases that are not 0
    x = generator.integers(0, 5, (7, rows))
    cell = network.cell(rows)
    stepped = np.stack([cell.step(characters) for characters in x])
    np.testing.assert_allclose(stepped, network.forward(x), atol=1e-13)


@every_cell
@pytest.mark.parametrize("rows", [1, 3])
def test_it_goes_on_from_the_network_s_state(
    kind: str, rows: int, generator: np.random.Generator
) -> None:
    network = CharacterLSTM(Vocabulary("abcde"), units=6, cell=kind)
    network.initialize(generator, np.float64)
    x = generator.integers(0, 5, (7, 1))
    whole = network.forward(x).copy()
    network.forward(x[:4])
    network.carry()
    cell = network.cell(rows)
    cell.start(network.state)
    for step in range(4, 7):
        logits = cell.step(np.repeat(x[step], rows))
        np.testing.assert_allclose(logits, np.repeat(whole[step], rows, axis=0), atol=1e-13)
    cell.start({})  # zeros
    np.testing.assert_allclose(cell.step(np.repeat(x[0], rows))[:1], whole[0], atol=1e-13)


@every_cell
def test_a_clamped_neuron_keeps_its_value(kind: str, generator: np.random.Generator) -> None:
    network = CharacterLSTM(Vocabulary("abcde"), units=6, cell=kind)
    network.initialize(generator, np.float64)
    cell, free = network.cell(2), network.cell(2)
    cell.clamp(1, np.array([3]), np.array([0.5]), np.array([1]))  # in the second text only
    for _ in range(3):
        ids = generator.integers(0, 5, 2)
        clamped, plain = cell.step(ids), free.step(ids)
        assert cell.cells[0].h[1, 3] == 0.5
        np.testing.assert_array_equal(clamped[0], plain[0])
        assert np.abs(clamped[1] - plain[1]).max() > 1e-6
