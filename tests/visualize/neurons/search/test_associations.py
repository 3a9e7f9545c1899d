import numpy as np
import pytest

from glassnet.visualize.neurons.search.associations import (
    Target,
    association,
    centered,
    chance_level,
    predicted_from_character,
)


@pytest.mark.parametrize("kind", ["yes or no", "quantity"])
def test_chance_is_what_shifts_reach(kind: str, generator: np.random.Generator) -> None:
    trace = np.convolve(generator.standard_normal(659), np.ones(20), "valid")  # 640: slow
    values = np.convolve(generator.standard_normal(659), np.ones(20), "valid")
    target = Target(values > 0 if kind == "yes or no" else values)
    trace_ = centered(trace, target)
    shifts = [abs(association(np.roll(trace_, -shift), target)) for shift in range(64, 640 - 64)]
    assert chance_level(trace_, target) == pytest.approx(np.quantile(shifts, 0.999), rel=1e-9)
    # The values are smooth. Independent values would give a much smaller chance level.
    independent = centered(generator.permutation(trace), target)
    assert chance_level(trace_, target) > 2 * chance_level(independent, target)


def test_the_best_function_of_a_character() -> None:
    first = Target(np.array([True, False, True, True, False]))
    found = predicted_from_character(np.array([0, 0, 1, 1, 3]), first, np.array([0, 1, 2, 3, 4]))
    np.testing.assert_allclose(found, [0.5, 1, 0.6, 0, 0.6])  # 2 and 4 are new
