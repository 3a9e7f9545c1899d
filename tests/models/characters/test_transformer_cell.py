"""A character transformer one character at a time."""

import numpy as np
import pytest

from glassnet.models import CharacterTransformer, Vocabulary
from glassnet.sample import stream_text


@pytest.fixture
def network(generator: np.random.Generator) -> CharacterTransformer:
    network = CharacterTransformer(
        Vocabulary("abcde"), layers=2, units=6, heads=2, context=6, dropout=0.5
    )
    network.initialize(generator, np.float64)
    network.theta += 0.3 * generator.standard_normal(network.theta.size)
    return network


@pytest.mark.parametrize("rows", [1, 3])
def test_character_by_character_equals_the_window(
    rows: int, network: CharacterTransformer, generator: np.random.Generator
) -> None:
    x = generator.integers(0, 5, (6, rows))
    cell = network.cell(rows)
    stepped = np.stack([cell.step(characters) for characters in x])
    np.testing.assert_allclose(stepped, network.forward(x), atol=1e-13)


def test_when_the_context_is_full_the_second_half_of_it_is_read_again(
    network: CharacterTransformer, generator: np.random.Generator
) -> None:
    x = generator.integers(0, 5, (14, 2))
    cell = network.cell(2)
    stepped = np.stack([cell.step(characters) for characters in x])
    np.testing.assert_allclose(stepped[:6], network(x[:6]), atol=1e-13)
    np.testing.assert_allclose(stepped[6:9], network(x[3:9])[3:], atol=1e-13)
    np.testing.assert_allclose(stepped[9:12], network(x[6:12])[3:], atol=1e-13)
    np.testing.assert_allclose(stepped[12:], network(x[9:14])[3:], atol=1e-13)


def test_start_forgets_what_was_read(network: CharacterTransformer) -> None:
    cell = network.cell()
    first = cell.step(np.array([2]))
    cell.step(np.array([3]))
    cell.start({})
    np.testing.assert_array_equal(cell.step(np.array([2])), first)


def test_it_has_a_copy_of_the_weights(network: CharacterTransformer) -> None:
    cell = network.cell()
    first = cell.step(np.array([2]))
    network.theta[...] = 0
    cell.start({})
    np.testing.assert_array_equal(cell.step(np.array([2])), first)


def test_there_is_nothing_to_clamp(network: CharacterTransformer) -> None:
    with pytest.raises(ValueError, match="no hidden state to clamp"):
        network.cell().clamp(1, np.array([0]), np.array([1.0]), np.array([0]))


def test_it_writes_texts_of_any_length(network: CharacterTransformer) -> None:
    def written(start: str) -> str:
        generator = np.random.default_rng(3)
        return "".join(stream_text(network, generator, start=start, length=20))

    assert len(written("a")) == 20
    # Of a start longer than the context, only the last characters count.
    assert written("abcde" * 9 + "abcaba") == written("eeeee" + "abcaba")
