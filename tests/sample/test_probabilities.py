"""The probabilities that characters are drawn with, and the drawing."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glassnet.nn import Array, softmax
from glassnet.nn.testing import arrays, shapes
from glassnet.sample import character_probabilities, draw


def ranking(logits: Array) -> list[int]:
    """Return the ids from the largest logit down, of equals the first one first."""
    return sorted(range(len(logits)), key=lambda i: (-logits[i], i))


def spread_of(observed: Array, expected: Array) -> float:
    """Return how many standard deviations the chi-square statistic lies above its mean."""
    used = expected > 0
    assert not observed[~used].any()
    statistic = float(np.sum((observed[used] - expected[used]) ** 2 / expected[used]))
    freedom = np.count_nonzero(used) - 1
    return (statistic - freedom) / np.sqrt(2 * freedom)


# -- the distribution ---------------------------------------------------------------------------


@given(logits=arrays(shapes(2, largest=8), scale=3), temperature=st.floats(0.05, 20))
def test_temperature_divides_the_logits(logits: Array, temperature: float) -> None:
    before = logits.copy()
    found = character_probabilities(logits, temperature)
    assert np.array_equal(logits, before)
    assert found.dtype == np.float64
    for row, expected in zip(found, logits, strict=True):
        odds = [np.exp((value - expected.max()) / temperature) for value in expected]
        np.testing.assert_allclose(row, np.array(odds) / sum(odds), rtol=1e-10, atol=1e-300)


@given(
    logits=arrays(shapes(2, largest=8)),
    decimals=st.integers(0, 3),  # few decimals make equals
    temperature=st.floats(0.2, 5),
    top_k=st.none() | st.integers(1, 10),
    top_p=st.floats(0, 1, exclude_min=True),
)
def test_top_k_then_top_p_keep_the_likeliest(
    logits: Array, decimals: int, temperature: float, top_k: int | None, top_p: float
) -> None:
    logits = logits.round(decimals)
    found = character_probabilities(logits, temperature, top_k, top_p)
    for row, own in zip(found, logits, strict=True):
        everything = softmax(own / temperature)
        kept = ranking(own)[:top_k]
        total, mass, nucleus = everything[kept].sum(), 0.0, []
        for i in kept:
            nucleus.append(i)
            mass += everything[i]
            if mass >= top_p * total:
                break
        expected = np.zeros_like(everything)
        expected[nucleus] = everything[nucleus] / everything[nucleus].sum()
        if abs(mass - top_p * total) > 1e-12:  # else rounding decides
            np.testing.assert_allclose(row, expected, rtol=1e-10, atol=1e-15)


def test_nucleus_holds_the_character_that_reaches_p_and_no_more() -> None:
    logits = np.log([[0.1, 0.4, 0.2, 0.3]])
    found = character_probabilities(logits, top_p=0.65)
    np.testing.assert_allclose(found, [[0, 4 / 7, 0, 3 / 7]])
    found = character_probabilities(logits, top_p=0.75)
    np.testing.assert_allclose(found, [[0, 4 / 9, 2 / 9, 3 / 9]])


def test_top_p_that_is_met_exactly() -> None:
    found = character_probabilities(np.log([[0.5, 0.25, 0.25]]), top_p=0.5)
    np.testing.assert_array_equal(found, [[1, 0, 0]])


def test_without_a_limit_nothing_is_cut_off_or_rounded(generator: np.random.Generator) -> None:
    logits = generator.normal(0, 9, (200, 40))
    shifted = logits - logits.max(axis=1, keepdims=True)
    np.testing.assert_array_equal(character_probabilities(logits), softmax(shifted))
    np.testing.assert_array_equal(character_probabilities(logits, top_p=1), softmax(shifted))
    logits = np.array([[0.0, -50.0, -60.0, -70.0]])  # far below the precision of a sum of 1
    kept = character_probabilities(logits, top_k=3, top_p=1.0)
    np.testing.assert_allclose(kept, [[1, np.exp(-50), np.exp(-60), 0]], rtol=1e-12)


def test_of_many_equals_the_first_are_kept(generator: np.random.Generator) -> None:
    for characters in (5, 20, 64, 300):
        logits = generator.integers(0, 3, (4, characters)) * 1.0
        for top_k in (1, 3, characters // 2):
            for row, kept in zip(logits, character_probabilities(logits, top_k=top_k), strict=True):
                assert sorted(ranking(row)[:top_k]) == np.flatnonzero(kept).tolist()


def test_top_p_counts_what_top_k_keeps() -> None:
    logits = np.log([[0.1, 0.4, 0.2, 0.3]])
    # 0.4 alone is 4/7 of what the two likeliest hold, so 0.5 is reached at once.
    found = character_probabilities(logits, top_k=2, top_p=0.5)
    np.testing.assert_allclose(found, [[0, 1, 0, 0]])
    assert np.count_nonzero(character_probabilities(logits, top_p=0.5)) == 2


@pytest.mark.parametrize(
    "options",
    [
        {"temperature": 0},
        {"temperature": 1e-320},
        {"top_k": 1},
        {"top_p": 1e-9},
        {"top_k": 1, "temperature": 1e300},
    ],
)
@given(logits=arrays(shapes(2, largest=8), scale=1e4))
def test_what_leaves_only_the_likeliest(options: dict[str, Any], logits: Array) -> None:
    found = character_probabilities(logits, **options)
    for row, own in zip(found, logits, strict=True):
        assert row[own.argmax()] == row.sum() == 1


def test_of_equals_the_first_is_the_likeliest() -> None:
    logits = np.array([[1.0, 2.0, 2.0, 2.0]])
    for options in ({"temperature": 0}, {"top_k": 1}, {"top_p": 0.01}):
        found = character_probabilities(logits, **options)
        assert found.tolist() == [[0, 1, 0, 0]]
    found = character_probabilities(np.zeros((1, 100)), top_k=3)
    assert np.flatnonzero(found).tolist() == [0, 1, 2]


def test_float32_logits_are_computed_with_in_float64() -> None:
    logits = np.random.default_rng(0).standard_normal((2, 65)).astype(np.float32)
    found = character_probabilities(logits, 0.1)
    np.testing.assert_allclose(found, softmax(logits.astype(np.float64) / 0.1), rtol=1e-12)


@pytest.mark.parametrize("value", [np.nan, np.inf])
@pytest.mark.parametrize("temperature", [0, 1])
def test_logits_that_are_no_numbers(value: float, temperature: float) -> None:
    with pytest.raises(FloatingPointError, match="not a number"):
        character_probabilities(np.array([[0, 1], [0, value]]), temperature)


# -- one draw -----------------------------------------------------------------------------------


def test_draw_inverts_the_cumulative_distribution() -> None:
    row = np.array([0, 0.25, 0, 0.75, 0])
    uniforms = np.array([0, 0.1, np.nextafter(0.25, 0), 0.25, 0.5, np.nextafter(1, 0)])
    found = draw(np.tile(row, (6, 1)), uniforms)
    assert found.tolist() == [1, 1, 1, 3, 3, 3]


@given(logits=arrays(shapes(2, largest=8), scale=5), top_k=st.integers(1, 4))
def test_draw_never_gives_what_is_cut_off(logits: Array, top_k: int) -> None:
    probabilities = character_probabilities(logits, top_k=top_k)
    rows = np.arange(len(logits))
    for uniform in (0, 0.3, np.nextafter(1, 0)):
        found = draw(probabilities, np.full(len(logits), uniform))
        assert (probabilities[rows, found] > 0).all()


@pytest.mark.parametrize("temperature", [0.5, 1, 2])
def test_drawn_frequencies(generator: np.random.Generator, temperature: float) -> None:
    logits, draws = generator.standard_normal((1, 12)), 100_000
    probabilities = character_probabilities(logits, temperature)
    found = draw(np.broadcast_to(probabilities, (draws, 12)), generator.random(draws))
    observed = np.bincount(found, minlength=12)
    assert abs(spread_of(observed, draws * softmax(logits / temperature)[0])) < 4
    # The bound tells temperatures apart that differ by a twentieth.
    assert spread_of(observed, draws * softmax(logits / (1.05 * temperature))[0]) > 4


# -- whole texts --------------------------------------------------------------------------------
