import numpy as np
import pytest

from glassnet.nn.initializers import (
    Initializer,
    constant,
    glorot_uniform,
    he_normal,
    normal,
    orthogonal,
    uniform,
    zeros,
)

random_initializers = [glorot_uniform, he_normal, orthogonal, uniform(0.1), normal(0.1)]


def test_constants(generator: np.random.Generator) -> None:
    np.testing.assert_array_equal(zeros(generator, (2, 3)), np.zeros((2, 3)))
    np.testing.assert_array_equal(constant(1.5)(generator, (4,)), np.full(4, 1.5))


@pytest.mark.parametrize(
    ("initializer", "shape", "variance"),
    [
        (uniform(0.3), (200, 300), 0.3**2 / 3),
        (normal(0.3), (200, 300), 0.3**2),
        (glorot_uniform, (200, 300), 2 / 500),
        (glorot_uniform, (300, 200), 2 / 500),
        (glorot_uniform, (3, 40, 500), 2 / (3 * 540)),
        (glorot_uniform, (3, 5, 20, 200), 2 / (15 * 220)),
        (he_normal, (200, 300), 2 / 200),
        (he_normal, (3, 40, 500), 2 / 120),
        (he_normal, (3, 5, 20, 200), 2 / 300),
        (orthogonal, (120, 480), 1 / 120),
    ],
)
def test_mean_and_variance(
    initializer: Initializer,
    shape: tuple[int, ...],
    variance: float,
    generator: np.random.Generator,
) -> None:
    values = initializer(generator, shape)
    assert values.shape == shape
    assert values.dtype == np.float64
    # 60,000 values: both estimates are within 5 of their standard deviations.
    assert abs(values.mean()) < 5 * np.sqrt(variance / values.size)
    assert abs(values.var() / variance - 1) < 5 * np.sqrt(2 / values.size)


@pytest.mark.parametrize(
    ("initializer", "limit"), [(uniform(0.3), 0.3), (glorot_uniform, np.sqrt(6 / 500))]
)
def test_uniform_values_fill_the_range(
    initializer: Initializer, limit: float, generator: np.random.Generator
) -> None:
    values = initializer(generator, (200, 300))
    assert 0.999 * limit < values.max() <= limit
    assert -limit <= values.min() < -0.999 * limit


@pytest.mark.parametrize("initializer", [he_normal, normal(1.0)])
def test_normal_values_have_the_tails_of_the_normal_distribution(
    initializer: Initializer, generator: np.random.Generator
) -> None:
    values = initializer(generator, (200, 300))
    beyond_two = (np.abs(values) > 2 * values.std()).mean()
    assert abs(beyond_two - 0.0455) < 0.005


@pytest.mark.parametrize(("rows", "blocks"), [(1, 1), (1, 4), (7, 1), (16, 4)])
def test_orthogonal_blocks(rows: int, blocks: int, generator: np.random.Generator) -> None:
    matrix = orthogonal(generator, (rows, rows * blocks))
    for block in np.split(matrix, blocks, axis=1):
        np.testing.assert_allclose(block.T @ block, np.eye(rows), atol=1e-12)
    if rows > 1 and blocks > 1:
        assert not np.allclose(matrix[:, :rows], matrix[:, rows : 2 * rows])


def test_orthogonal_draws_are_uniform(generator: np.random.Generator) -> None:
    # Under the uniform distribution every element has mean 0 and variance 1/rows. What QR alone
    # returns has a first element that is never positive.
    draws = np.stack([orthogonal(generator, (3, 3)) for _ in range(2000)])
    deviation = np.sqrt(1 / 3 / len(draws))
    assert np.abs(draws.mean(axis=0)).max() < 5 * deviation
    assert abs(np.trace(draws, axis1=1, axis2=2).mean()) < 5 / np.sqrt(len(draws))


@pytest.mark.parametrize("initializer", random_initializers)
def test_values_come_from_the_generator_alone(initializer: Initializer) -> None:
    first, second, other = (initializer(np.random.default_rng(seed), (4, 4)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, second)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize("shape", [(3, 4), (4, 2), (2, 2, 4), (4,)])
def test_orthogonal_needs_square_blocks(
    shape: tuple[int, ...], generator: np.random.Generator
) -> None:
    with pytest.raises(ValueError, match="orthogonal needs"):
        orthogonal(generator, shape)


@pytest.mark.parametrize("initializer", [glorot_uniform, he_normal])
def test_a_vector_has_no_fans(initializer: Initializer, generator: np.random.Generator) -> None:
    with pytest.raises(ValueError, match=r"needs the shape of a matrix .*, not \(3,\)"):
        initializer(generator, (3,))
