import dataclasses
import math

import numpy as np
import pytest

from glassnet.nn import Array, Dense, Tanh
from glassnet.nn.gradcheck import Agreement, GradientError, Report, check_layer
from glassnet.nn.gradcheck.comparison import compare
from glassnet.nn.gradcheck.derivatives import Function
from glassnet.nn.gradcheck.report import sensitivity
from tests.nn.gradcheck.cases import Absolute, Memory


def test_the_table_names_every_tensor_with_its_error_and_method(sequence: Array, h: Array) -> None:
    report = check_layer(Memory(), sequence, state={"h": h})
    assert list(report.tensors) == ["input", "state h", "parameter w"]
    head, *rows = str(report).splitlines()
    assert head.split() == ["tensor", "largest", "error", "would", "be", "found", "method"]
    for row, (name, found) in zip(rows, report.tensors.items(), strict=True):
        assert row.startswith(name)
        assert row.endswith("complex step")
        assert f"{found.error:.1e}  " in row
        assert f"{found.sensitivity:.1e}  " in row
    assert report.error == max(found.error for found in report.tensors.values())
    assert report.exact


def test_the_columns_are_as_wide_as_the_longest_name() -> None:
    rows = {
        "parameter w": Agreement(0.0, 1e-12, "complex step"),
        "x": Agreement(1e-7, np.nan, "five-point difference", "no"),
    }
    assert str(Report(rows)).splitlines() == [
        "tensor       largest error  would be found  method",
        "parameter w        0.0e+00         1.0e-12  complex step",
        "x                  1.0e-07             nan  five-point difference (no)",
    ]


def test_a_difference_is_told_with_its_reason() -> None:
    report = check_layer(Absolute(), np.array([[1.0, -2.0]]))
    assert not report.exact
    assert str(report).endswith("or sign)")
    assert report.tensors["input"].sensitivity > 1e-6


def test_it_cannot_be_changed() -> None:
    report = Report({"input": Agreement(0.0, 1e-12, "complex step")})
    with pytest.raises(dataclasses.FrozenInstanceError):
        report.tensors = {}  # type: ignore[misc]
    assert Report({}).error == 0.0


def test_nothing_tried_and_nothing_there() -> None:
    gradient = np.ones(100)
    assert sensitivity(gradient, 1e-12, 1e-2, directions=0, element_by_element=False) == math.inf
    assert math.isnan(sensitivity(0 * gradient, 1e-12, 1e-2, 3, element_by_element=True))
    assert math.isnan(check_layer(Dense(3, 2), np.zeros((0, 3))).tensors["input"].sensitivity)


def test_element_by_element_every_error_of_this_size_is_found(
    generator: np.random.Generator,
) -> None:
    gradient = generator.standard_normal(20)
    found = sensitivity(gradient, 1e-3, 1e-2, directions=0, element_by_element=True)
    assert 1e-3 <= found <= math.sqrt(2) * 1e-3
    # The error that hides best is as large in every element as the tolerance allows.
    least = np.linalg.norm(gradient) / math.sqrt(20)
    hidden = 1e-3 * np.maximum(np.abs(gradient), least)
    assert np.linalg.norm(hidden) / np.linalg.norm(gradient) == pytest.approx(found)
    for factor, is_found in ((0.99, False), (1.01, True)):
        assert _is_found(gradient, factor * hidden, 0, 20, generator) == is_found


@pytest.mark.parametrize(
    ("directions", "size", "length"), [(1, 200, 1.0), (3, 200, 1.0), (3, 200, 0.01), (3, 2, 1.0)]
)
def test_along_random_directions_999_of_1000_are_found(
    directions: int, size: int, length: float, generator: np.random.Generator
) -> None:
    gradient, error = generator.standard_normal((2, size))
    gradient *= length / np.linalg.norm(gradient)
    error -= gradient * (error @ gradient) / length**2  # at right angles: hardest to see
    at = sensitivity(gradient, 1e-3, 1e-2, directions, element_by_element=False)
    error *= at * length / np.linalg.norm(error)
    least = max(length / math.sqrt(size), 1e-2)
    trials = 20_000
    d = generator.standard_normal((trials * directions, size))
    d /= np.linalg.norm(d, axis=1, keepdims=True)
    right = d @ gradient
    for factor, smallest, largest in ((1.0, 0, 0.001), (0.2, 0.002, 1)):
        wrong = right + factor * (d @ error)
        scale = np.maximum(np.maximum(np.abs(right), np.abs(wrong)), least)
        missed = np.abs(wrong - right) <= 1e-3 * scale
        probability = missed.reshape(trials, directions).all(axis=1).mean()
        assert smallest <= probability <= largest + 4 * math.sqrt(0.001 / trials)
    # The comparison itself, of which the lines above are a fast form.
    tries = [_is_found(gradient, error, directions, 0, generator) for _ in range(100)]
    assert sum(tries) >= 97


def _is_found(
    gradient: Array,
    error: Array,
    directions: int,
    every_coordinate: int,
    generator: np.random.Generator,
) -> bool:
    """Return whether a linear function with this gradient gives the error away."""
    function = Function(lambda x: np.array([np.sum(gradient * x)]), np.ones(1))
    try:
        compare(
            "tensor",
            np.ones(gradient.shape),
            gradient + error,
            function,
            generator,
            tolerance=1e-3,
            directions=directions,
            every_coordinate=every_coordinate,
        )
    except GradientError:
        return True
    return False


@pytest.mark.parametrize("element_by_element", [False, True])
@pytest.mark.parametrize(("g", "found"), [(-2.0, 1e-12), (1e-4, 1e-10)])
def test_a_single_number_has_one_direction_however_often_it_is_tried(
    g: float, found: float, element_by_element: bool
) -> None:
    for directions in (1, 1000):
        at = sensitivity(np.array([g]), 1e-12, 1e-2, directions, element_by_element)
        assert at == pytest.approx(found, rel=1e-9)
    assert sensitivity(np.array([g]), 1e-12, 1e-2, 0, element_by_element=False) == math.inf


def test_three_directions_find_eleven_tolerances_whatever_the_size() -> None:
    for size in (100, 10**6):
        at = sensitivity(np.ones(size), 1e-12, 1e-2, directions=3, element_by_element=False)
        assert at == pytest.approx(11.3e-12, rel=0.01)
    with_few = check_layer(Tanh(), np.ones((20, 20)) / 3, directions=1).tensors["input"]
    assert with_few.sensitivity == pytest.approx(1128e-12, rel=0.01)
