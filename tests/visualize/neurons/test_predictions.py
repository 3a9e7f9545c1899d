import numpy as np
import pytest

from glassnet.models import CharacterLSTM, VocabularyError
from glassnet.nn.losses import softmax_cross_entropy
from glassnet.visualize.neurons.predictions import read_predictions

TEXT = "the quick brown fox,\njumps over\n\nthe lazy dog.\n"


def test_predictions_are_the_largest_of_the_softmax(network: CharacterLSTM) -> None:
    found = read_predictions(network, TEXT, chunk=10)
    ids = network.vocabulary.encode(TEXT)
    logits = network.forward(ids[:, None])[:, 0].astype(float)
    softmax = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    assert found.text == TEXT
    assert len(found.characters) == len(found.probabilities) == len(found.surprise) == len(TEXT)
    for place in range(len(TEXT)):
        best = sorted(range(len(network.vocabulary)), key=lambda i: -softmax[place, i])[:5]
        assert found.characters[place] == network.vocabulary.decode(np.array(best))
        np.testing.assert_allclose(found.probabilities[place], softmax[place, best], rtol=1e-4)
        if place + 1 < len(TEXT):
            bits = -np.log2(softmax[place, ids[place + 1]])
            np.testing.assert_allclose(found.surprise[place], bits, rtol=1e-4, atol=1e-5)
    assert np.isnan(found.surprise[-1])


@pytest.mark.parametrize("chunk", [1, 7, 46, 47, 1000])
def test_chunks_equal_the_whole(network: CharacterLSTM, chunk: int) -> None:
    whole = read_predictions(network, TEXT, chunk=len(TEXT))
    parts = read_predictions(network, TEXT, chunk=chunk)
    assert parts.characters == whole.characters
    np.testing.assert_allclose(parts.probabilities, whole.probabilities, rtol=1e-4)
    np.testing.assert_allclose(parts.surprise, whole.surprise, rtol=1e-4, atol=1e-5)


def test_surprise_is_the_loss_of_the_text_in_bits(network: CharacterLSTM) -> None:
    ids = network.vocabulary.encode(TEXT)[:, None]
    loss, _ = softmax_cross_entropy(network.forward(ids[:-1]), ids[1:])
    surprise = read_predictions(network, TEXT).surprise
    assert np.nanmean(surprise) * np.log(2) == pytest.approx(loss, rel=1e-4)


def test_state_of_the_network_before_does_not_matter(network: CharacterLSTM) -> None:
    first = read_predictions(network, TEXT).probabilities
    network.state = {f"lstm{n}.{s}": np.ones((1, 6), np.float32) for n in (1, 2) for s in "hc"}
    np.testing.assert_array_equal(read_predictions(network, TEXT).probabilities, first)
    assert network.state == {}


def test_no_more_predictions_than_characters(network: CharacterLSTM) -> None:
    found = read_predictions(network, "abc", count=1000)
    assert all(
        sorted(predictions) == sorted(network.vocabulary.characters)
        for predictions in found.characters
    )
    np.testing.assert_allclose(found.probabilities.sum(axis=1), 1, rtol=1e-5)


def test_unknown_character_is_named(network: CharacterLSTM) -> None:
    with pytest.raises(VocabularyError, match="'Ω'"):
        read_predictions(network, "abΩ")
