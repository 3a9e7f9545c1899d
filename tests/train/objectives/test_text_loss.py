"""The loss of a text: read in one stream or in several, without disturbing the network."""

import numpy as np
import pytest

from glassnet.models import CharacterLSTM, Vocabulary
from glassnet.nn import softmax_cross_entropy
from glassnet.train.objectives import text_loss

LETTERS = "abcdefgh"


def network_of(generator: np.random.Generator) -> CharacterLSTM:
    return CharacterLSTM(Vocabulary(LETTERS), units=5).initialize(generator, np.float64)


@pytest.mark.parametrize("length", [2, 1500, 4001, 9000, 9007])
def test_several_streams_guess_each_character_once(
    length: int, generator: np.random.Generator
) -> None:
    network = network_of(generator)
    ids = generator.integers(0, len(LETTERS), length)
    whole = text_loss(network, ids)
    for streams in (2, 5, 50):
        # A state fades within a few characters in so small a network.
        assert text_loss(network, ids, streams) == pytest.approx(whole, abs=1e-12)


def test_validation_reads_one_stream_and_disturbs_nothing(
    generator: np.random.Generator,
) -> None:
    network = network_of(generator)
    ids = generator.integers(0, len(LETTERS), 2500)  # more than is read at once
    network.forward(ids[:20].reshape(10, 2))
    network.carry()
    before = {name: value.copy() for name, value in network.state.items()}
    loss, accuracy = text_loss(network, ids)
    for name, value in network.state.items():
        np.testing.assert_array_equal(value, before[name])
    network.reset_state()
    logits = network.forward(ids[:-1, None])
    assert loss == pytest.approx(softmax_cross_entropy(logits, ids[1:, None])[0], abs=1e-12)
    assert accuracy == pytest.approx(np.mean(logits[:, 0].argmax(axis=1) == ids[1:]))
