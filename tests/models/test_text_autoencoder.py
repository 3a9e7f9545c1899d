from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glassnet.models import (
    Checkpoint,
    TextAutoencoder,
    Vocabulary,
    VocabularyError,
    load_network,
    save_checkpoint,
)
from glassnet.nn import Array, softmax_cross_entropy
from glassnet.nn.gradcheck import check_layer
from glassnet.nn.testing import ids

VOCABULARY = Vocabulary(" abcde")


def small(width: int = 3) -> TextAutoencoder:
    return TextAutoencoder(VOCABULARY, length=8, embedding=4, filters1=3, filters2=2, width=width)


@given(x=ids((2, 8), len(VOCABULARY)), width=st.integers(1, 4))
def test_gradients_of_the_whole_network(x: Array, width: int) -> None:
    check_layer(small(width), x, every_coordinate=8)


def test_names_and_size() -> None:
    network = TextAutoencoder(Vocabulary("".join(map(chr, range(32, 113)))))
    assert len(network.vocabulary) == 81
    # embedding, four convolutions of width 3, dense: each with biases
    assert network.parameter_count == (
        (81 * 40 + 40)
        + (3 * 40 * 32 + 32)
        + (3 * 32 * 24 + 24)
        + (3 * 24 * 24 + 24)
        + (3 * 24 * 32 + 32)
        + (32 * 81 + 81)
    )
    assert list(network.layers) == [
        *("embedding", "convolution1", "relu1", "pool1", "convolution2", "relu2", "pool2"),
        *("upsample1", "convolution3", "relu3", "upsample2", "convolution4", "relu4", "dense"),
    ]


def test_agrees_with_pytorch(generator: np.random.Generator) -> None:
    torch = pytest.importorskip("torch")
    functional = torch.nn.functional
    network = small().initialize(generator, np.float64)
    network.theta += 0.1 * generator.standard_normal(network.theta.size)
    x = generator.integers(0, len(VOCABULARY), (3, 8))
    logits = network.forward(x)
    loss, dlogits = softmax_cross_entropy(logits, x)
    network.backward(dlogits)

    weights = {
        name: torch.tensor(value, requires_grad=True) for name, value in network.parameters.items()
    }

    def convolution(h: Any, number: int) -> Any:
        kernel = weights[f"convolution{number}.W"].permute(2, 1, 0)  # (outputs, inputs, width)
        bias = weights[f"convolution{number}.b"]
        return functional.relu(functional.conv1d(h, kernel, bias, padding=1))

    one_hot = functional.one_hot(torch.tensor(x), len(VOCABULARY)).double()
    h = (one_hot @ weights["embedding.W"] + weights["embedding.b"]).transpose(1, 2)
    h = functional.max_pool1d(convolution(h, 1), 2)
    h = functional.max_pool1d(convolution(h, 2), 2)
    h = convolution(h.repeat_interleave(2, 2), 3)
    h = convolution(h.repeat_interleave(2, 2), 4).transpose(1, 2)
    output = h @ weights["dense.W"] + weights["dense.b"]
    expected = functional.cross_entropy(output.reshape(-1, 6), torch.tensor(x).reshape(-1))
    expected.backward()
    np.testing.assert_allclose(logits, output.detach().numpy(), atol=1e-12)
    assert loss == pytest.approx(expected.item(), abs=1e-12)
    for name, gradient in network.gradients.items():
        np.testing.assert_allclose(gradient, weights[name].grad.numpy(), atol=1e-12, err_msg=name)


def test_responses_are_those_of_the_definition(generator: np.random.Generator) -> None:
    network = small().initialize(generator, np.float64)
    network.theta += 0.3 * generator.standard_normal(network.theta.size)
    network.parameters["convolution2.b"][...] += 1  # so that not all responses are zero
    (x,) = rows = generator.integers(0, len(VOCABULARY), (1, 8))
    parameters = network.parameters
    embedded = parameters["embedding.W"][x] + parameters["embedding.b"]

    def convolve(h: Array, number: int) -> Array:
        W, b = parameters[f"convolution{number}.W"], parameters[f"convolution{number}.b"]
        y = np.tile(b, (len(h), 1))
        for place in range(len(h)):
            for tap in range(3):
                if 0 <= place + tap - 1 < len(h):
                    y[place] += h[place + tap - 1] @ W[tap]
        return np.maximum(y, 0)

    first = convolve(embedded, 1)
    second = convolve(np.maximum(first[::2], first[1::2]), 2)
    found = network.responses(rows)
    assert set(found) == {1, 2}
    np.testing.assert_allclose(found[1], first[None], atol=1e-13)
    np.testing.assert_allclose(found[2], second[None], atol=1e-13)
    assert first.any()
    assert second.any()


def test_lines_become_ids(generator: np.random.Generator) -> None:
    network = small()
    found = network.encode(["ab", " c", "abcdeabcde", ""])
    read = [VOCABULARY.decode(row) for row in found]
    assert read == ["ab      ", " c      ", "abcdeabc", "        "]
    assert network.encode([]).shape == (0, 8)


def test_an_unknown_character_is_named_with_its_line() -> None:
    with pytest.raises(VocabularyError, match=r"'X' \(U\+0058\) at position 1 .* line 'aXb'"):
        small().encode(["ab", "aXb"])
    small().encode(["abcdeabcX"])  # beyond what is read


def test_a_line_ends_with_its_last_character() -> None:
    network = small()
    own = network.text_mask(network.encode(["ab", " c  d  ", "abcdeabcde", "  "]))
    assert own.sum(axis=1).tolist() == [2, 5, 8, 0]
    assert own[1].tolist() == [True] * 5 + [False] * 3


def test_checkpoint(tmp_path: Path, generator: np.random.Generator) -> None:
    network = TextAutoencoder(Vocabulary(" é"), 12, 5, 4, 3, 2).initialize(generator)
    path = tmp_path / "a.npz"
    save_checkpoint(path, Checkpoint(network.kind, network.configuration, dict(network.parameters)))
    again, checkpoint = load_network(path)
    assert checkpoint.kind == "text-autoencoder"
    assert again.configuration == network.configuration
    x = generator.integers(0, 2, (2, 12))
    np.testing.assert_array_equal(again.forward(x), network.forward(x))


@pytest.mark.parametrize(
    ("characters", "length", "message"),
    [
        (" a", 6, "multiple of 4, not 6"),
        (" a", 0, "multiple of 4, not 0"),
        ("ab", 8, "the vocabulary lacks ' '"),
    ],
)
def test_wrong_structures(characters: str, length: int, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        TextAutoencoder(Vocabulary(characters), length)
