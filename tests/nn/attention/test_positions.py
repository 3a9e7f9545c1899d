import numpy as np
import pytest

from glassnet.nn import NO_GRADIENT
from glassnet.nn.attention.positions import PositionEmbedding
from glassnet.nn.gradcheck import GradientError, check_layer
from tests.mutate import mutant


@pytest.mark.parametrize("shape", [(4, 3, 2), (2, 3, 2), (1, 1, 2), (0, 3, 2), (2, 0, 2)])
def test_gradients(shape: tuple[int, ...], generator: np.random.Generator) -> None:
    check_layer(PositionEmbedding(4, 2), generator.standard_normal(shape))


@pytest.mark.parametrize(
    ("old", "new", "culprit"),
    [
        ("dy.sum(axis=1)", "dy.mean(axis=1)", "^parameter P"),
        ("dy.sum(axis=1)", "dy[:, 0]", "^parameter P"),
        ("return dy.copy()", "return -dy", "^input"),
    ],
)
def test_wrong_gradients_are_rejected_by_name(
    old: str, new: str, culprit: str, generator: np.random.Generator
) -> None:
    with pytest.raises(GradientError, match=culprit):
        check_layer(mutant(PositionEmbedding, old, new)(4, 2), generator.standard_normal((3, 2, 2)))


def test_each_step_gets_its_own_vector(generator: np.random.Generator) -> None:
    layer = PositionEmbedding(4, 2).initialize(generator, np.float64)
    x = generator.standard_normal((3, 5, 2))
    y = layer(x)
    for t in range(3):
        for n in range(5):
            np.testing.assert_array_equal(y[t, n], x[t, n] + layer.P[t])


def test_first_values_are_small() -> None:
    layer = PositionEmbedding(500, 20).initialize(np.random.default_rng(0))
    assert 0.019 < layer.P.std() < 0.021
    assert abs(layer.P.mean()) < 0.001


def test_more_steps_than_vectors_are_refused(generator: np.random.Generator) -> None:
    layer = PositionEmbedding(4, 2).initialize(generator)
    with pytest.raises(ValueError, match=r"at most 4 time steps, got shape \(5, 1, 2\)"):
        layer.forward(np.zeros((5, 1, 2), np.float32))


def test_the_gradient_for_the_input_can_be_left_out(generator: np.random.Generator) -> None:
    layer = PositionEmbedding(4, 2).initialize(generator, np.float64)
    layer.skip_input_gradient()
    layer.forward(np.ones((3, 1, 2)))
    assert layer.backward(np.ones((3, 1, 2))) is NO_GRADIENT
    np.testing.assert_array_equal(layer.dP, [[1, 1], [1, 1], [1, 1], [0, 0]])
