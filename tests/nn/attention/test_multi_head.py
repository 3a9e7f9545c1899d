"""Multi-head attention against wrong variants, and what its options mean."""

import numpy as np
import pytest

from glassnet.nn import NO_GRADIENT, BatchShard
from glassnet.nn.attention.multi_head import MultiHeadAttention
from glassnet.nn.gradcheck import GradientError, check_layer
from tests.mutate import mutant


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("train", [False, True])
@pytest.mark.parametrize("shape", [(1, 1, 6), (5, 3, 6), (4, 0, 6), (0, 2, 6)])
def test_gradients(
    shape: tuple[int, ...], train: bool, causal: bool, generator: np.random.Generator
) -> None:
    layer = MultiHeadAttention(6, 3, causal, dropout=0.3)
    check_layer(layer, generator.standard_normal(shape), train=train)


@pytest.mark.parametrize(
    ("old", "new", "culprit"),
    [
        ("dS -= A * dA.sum(axis=1, keepdims=True)", "pass", "^(parameter W|input)"),
        ("dA.sum(axis=1, keepdims=True)", "dA.sum(axis=0)", "^(parameter W|input)"),
        ("dS *= size**-0.5", "pass", "^(parameter W|input)"),
        ("np.matmul(dS.T, q[head]", "np.matmul(dS, q[head]", "^(parameter W|input)"),
        ("np.matmul(dS, k[head]", "np.matmul(dS.T, k[head]", "^(parameter W|input)"),
        ("                dA *= keep\n", "                pass\n", "^(parameter W|input)"),
        ("self._o.T @ dy", "self._o.T @ self._o", "^parameter Wo"),
        ("self.dbo += dy.sum(axis=0)", "self.dbo += dy.mean(axis=0)", "^parameter bo"),
        ("self.db += dprojected.sum(axis=0)", "pass", "^parameter b"),
        ("transpose(3, 1, 0, 2, 4)", "transpose(3, 1, 2, 0, 4)", "^(parameter W|input)"),
        ("dprojected @ self.W.T", "-dprojected @ self.W.T", "^input"),
    ],
)
def test_wrong_gradients_are_rejected_by_name(
    old: str, new: str, culprit: str, generator: np.random.Generator
) -> None:
    layer = mutant(MultiHeadAttention, old, new)(6, 3, True, dropout=0.5)
    with pytest.raises(GradientError, match=culprit):
        check_layer(layer, generator.standard_normal((4, 2, 6)), train=True)


def test_a_causal_output_does_not_depend_on_what_comes_later(
    generator: np.random.Generator,
) -> None:
    layer = MultiHeadAttention(6, 2, causal=True).initialize(generator, np.float64)
    x = generator.standard_normal((5, 2, 6))
    y = layer(x)
    x[3] += 1
    changed = layer(x)
    np.testing.assert_array_equal(changed[:3], y[:3])
    assert (np.abs(changed[3:] - y[3:]) > 1e-6).all()


def test_without_a_causal_mask_the_order_of_the_steps_makes_no_difference(
    generator: np.random.Generator,
) -> None:
    layer = MultiHeadAttention(6, 2).initialize(generator, np.float64)
    x = generator.standard_normal((5, 2, 6))
    np.testing.assert_allclose(layer(x[::-1]), layer(x)[::-1], atol=1e-14)


def test_weights_of_a_step_sum_to_one(generator: np.random.Generator) -> None:
    layer = MultiHeadAttention(6, 3, causal=True).initialize(generator, np.float64)
    layer.forward(generator.standard_normal((4, 2, 6)))
    assert layer.weights.shape == (2, 3, 4, 4)
    np.testing.assert_allclose(layer.weights.sum(axis=-1), 1)
    assert (np.triu(layer.weights, 1) == 0).all()


def test_large_scores_do_not_overflow(generator: np.random.Generator) -> None:
    layer = MultiHeadAttention(4, 1).initialize(generator)
    layer.W *= 1e4
    assert np.isfinite(layer(generator.standard_normal((5, 2, 4)).astype(np.float32))).all()


def test_dropout_drops_weights_in_training_alone(generator: np.random.Generator) -> None:
    layer = MultiHeadAttention(4, 1, dropout=0.5).initialize(generator, np.float64)
    x = generator.standard_normal((3, 400, 4))
    plain = layer(x)
    layer.set_batch_shard(BatchShard(np.random.default_rng(1)))
    dropped = layer.forward(x, train=True)
    assert (np.abs(dropped - plain) > 1e-9).any()
    mean = np.mean([layer.forward(x, train=True) for _ in range(300)], axis=0)
    np.testing.assert_allclose(mean.mean(axis=1), plain.mean(axis=1), atol=0.02)


def test_the_gradient_for_the_input_can_be_left_out(generator: np.random.Generator) -> None:
    layer = MultiHeadAttention(6, 3).initialize(generator, np.float64)
    layer.skip_input_gradient()
    y = layer.forward(generator.standard_normal((4, 2, 6)))
    assert layer.backward(np.ones(y.shape)) is NO_GRADIENT
    assert layer.dW.any()


@pytest.mark.parametrize("heads", [0, 4, -1])
def test_heads_must_divide_the_features(heads: int) -> None:
    with pytest.raises(ValueError, match=f"heads must divide features, 6, and {heads} does not"):
        MultiHeadAttention(6, heads)


@pytest.mark.parametrize("rate", [-0.1, 1.0])
def test_the_rate_of_dropout_is_checked(rate: float) -> None:
    with pytest.raises(ValueError, match=f"from 0 to below 1, not {rate}"):
        MultiHeadAttention(6, 3, dropout=rate)
