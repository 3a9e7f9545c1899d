"""The character transformer: its layers, its size, what it can know."""

import numpy as np
import pytest

from glassnet.models import CharacterTransformer, Vocabulary
from glassnet.nn.gradcheck import check_layer


def small(dropout: float = 0.0) -> CharacterTransformer:
    return CharacterTransformer(
        Vocabulary("abcde"), layers=2, units=6, heads=2, context=7, dropout=dropout
    )


@pytest.mark.parametrize("train", [False, True])
def test_gradients(train: bool, generator: np.random.Generator) -> None:
    check_layer(small(0.3), generator.integers(0, 5, (6, 3)), train=train)


def test_agrees_with_pytorch(generator: np.random.Generator) -> None:
    torch = pytest.importorskip("torch")
    network = small().initialize(generator, np.float64)
    network.theta = 0.3 * generator.standard_normal(network.theta.size)
    ids = generator.integers(0, 5, (7, 3))
    p = {name: torch.tensor(value) for name, value in network.parameters.items()}
    functional = torch.nn.functional

    def norm(x: object, name: str) -> object:
        return functional.layer_norm(x, (6,), p[f"{name}.gamma"], p[f"{name}.beta"])

    x = p["embedding.W"][torch.tensor(ids)] + p["embedding.b"] + p["positions.P"][:, None]
    mask = torch.ones(7, 7, dtype=bool).triu(1)
    for number in (1, 2):
        name = f"attention{number}"
        read = norm(x, f"{name}.layernorm1")
        at = f"{name}.multiheadattention1"
        x = (
            x
            + functional.multi_head_attention_forward(
                *(read, read, read, 6, 2, p[f"{at}.W"].T, p[f"{at}.b"], None, None, False, 0.0),
                *(p[f"{at}.Wo"].T, p[f"{at}.bo"]),
                need_weights=False,
                attn_mask=mask,
            )[0]
        )
        name = f"mlp{number}"
        hidden = norm(x, f"{name}.layernorm1") @ p[f"{name}.dense1.W"] + p[f"{name}.dense1.b"]
        hidden = functional.gelu(hidden, approximate="tanh")
        x = x + hidden @ p[f"{name}.dense2.W"] + p[f"{name}.dense2.b"]
    expected = norm(x, "norm") @ p["dense.W"] + p["dense.b"]
    np.testing.assert_allclose(network.forward(ids), expected.numpy(), atol=1e-12)


def test_a_prediction_depends_on_what_came_before_alone(generator: np.random.Generator) -> None:
    network = small().initialize(generator, np.float64)
    network.theta += 0.3 * generator.standard_normal(network.theta.size)
    ids = generator.integers(0, 5, (7, 1))
    logits = network(ids)
    ids[4] = (ids[4] + 1) % 5
    changed = network(ids)
    np.testing.assert_array_equal(changed[:4], logits[:4])
    assert (changed[4:] != logits[4:]).any(axis=2).all()


def test_the_default_is_about_as_large_as_the_shakespeare_lstm() -> None:
    network = CharacterTransformer(Vocabulary("".join(map(chr, range(32, 97)))))
    assert network.parameter_count == 3_258_689
    assert network.context == 256
    assert network.hidden_sizes == []


def test_configuration_builds_it_again() -> None:
    network = small(0.25)
    again = CharacterTransformer.from_configuration(network.configuration)
    assert again.configuration == network.configuration
    assert str(again) == str(network)


def test_more_characters_than_the_context_are_refused(generator: np.random.Generator) -> None:
    network = small().initialize(generator)
    with pytest.raises(ValueError, match="at most 7 time steps"):
        network.forward(np.zeros((8, 1), int))
