from typing import Any

import numpy as np
import pytest

from glassnet.learn.comparison import Report, compare, exact_gradients, named
from glassnet.learn.mistakes import Variant
from glassnet.learn.reader import UnfilledError
from glassnet.nn import Array

RIGHT = {"dx": np.array([[1.0, 2.0], [3.0, -4.0]])}


def compared(value: object, *variants: Variant) -> Report:
    def run(function: Any) -> dict[str, object]:
        return named(function(), "dx")

    return compare(run, lambda: {"x": value}, RIGHT, lambda together=1: list(variants))


def test_exact_gradients() -> None:
    tensors = {"x": np.array([0.5, 2.0]), "y": np.array([3.0, 0.1])}
    found = exact_gradients(lambda x, y: x * np.exp(y), tensors, np.array([1.0, -1.0]))
    assert list(found) == ["dx", "dy"]
    np.testing.assert_allclose(found["dx"], np.exp(tensors["y"]) * [1, -1], rtol=1e-15)
    np.testing.assert_allclose(found["dy"], tensors["x"] * np.exp(tensors["y"]) * [1, -1])


def test_names() -> None:
    assert named((1, 2), "loss", "gradient") == {"loss": 1, "gradient": 2}
    assert named({"W": 1, "b": 2, "other": 3}, "dW", "db", "dx") == {"dW": 1, "db": 2}
    assert named(5, "loss", "gradient") == {"loss": 5}
    assert named(None, "loss", "gradient") == {"loss": None, "gradient": None}


@pytest.mark.parametrize("value", [RIGHT["dx"], RIGHT["dx"].tolist(), RIGHT["dx"] * (1 + 1e-13)])
def test_right(value: object) -> None:
    report = compared(value)
    assert report.passed
    assert report.error < 2e-13


@pytest.mark.parametrize(
    ("value", "complaint"),
    [
        (None, "it is None"),
        ("text", "it holds strs that are no numbers"),
        ([[1, 2], [3]], "its parts have different shapes"),
        (np.ones(4), "its shape is (4,), and should be (2, 2)"),
        (RIGHT["dx"] * 1j, "it holds ndarrays that are no numbers"),
        ([[1, 2], [3, 4]], "at [1, 1] it is 4 and should be -4, 200% off"),
        ([[1, 2], [3, np.nan]], "at [1, 1] it is nan and should be -4"),
        (
            [[1, 2 + 2e-9], [3, -4]],
            "at [0, 1] it is 2 and should be 2, a relative error of 7.3e-10",
        ),
    ],
)
def test_wrong(value: object, complaint: str) -> None:
    report = compared(value)
    assert report.wrong == {"dx": complaint}
    assert not report.passed


def test_a_relative_error_of_one_in_a_trillion_is_found() -> None:
    assert not compared(RIGHT["dx"] * (1 + 3e-12)).passed


def test_what_is_missing_and_what_is_not_filled_in() -> None:
    def run(function: Any) -> dict[str, object]:
        return named(function(), "dx")

    assert compare(run, lambda: {}, RIGHT, lambda together=1: []).wrong == {
        "dx": "it is missing in what is returned"
    }
    for value in (..., (..., RIGHT["dx"])):
        assert compared(value).unfilled == ["dx"]


def test_what_meets_a_hole_is_not_filled_in() -> None:
    def unfilled() -> None:
        raise UnfilledError("line 3")

    report = compare(lambda function: function(), unfilled, RIGHT, lambda: [])
    assert (report.unfilled, report.notes) == (["dx"], ["line 3"])


@pytest.mark.parametrize(
    ("value", "pattern"),
    [
        (RIGHT["dx"].T, "dx is the transpose of what it should be."),
        (-RIGHT["dx"], "dx has the wrong sign everywhere."),
        (0 * RIGHT["dx"], "dx is zero everywhere."),
        (RIGHT["dx"].reshape(4, 1), "dx has the right numbers in the wrong shape."),
        (
            RIGHT["dx"] * (1 + 1e-8),
            "dx is nearly right. Is something rounded, such as by float32, or "
            "is a small number added? It is compared to the last digits.",
        ),
        (RIGHT["dx"] / 4, "dx is 0.25 times what it should be, everywhere."),
    ],
)
def test_patterns_without_a_known_mistake(value: Array, pattern: str) -> None:
    assert compared(value).explanations == [pattern]
    known = Variant("known", lambda: {"x": value})
    assert compared(value, known).explanations == ["known"]
    assert compared(np.ones((2, 2)), known).explanations == []


def test_a_variant_that_changes_less_beside_is_preferred() -> None:
    right = {"a": np.array([1.0]), "b": np.array([1.0])}

    def run(function: Any) -> dict[str, object]:
        a, b = function()
        return {"a": np.array([a]), "b": np.array([b])}

    variants = [Variant("both", lambda: (2, 2)), Variant("a alone", lambda: (2, 1))]
    assert compare(run, lambda: (2, 1), right, lambda together=1: variants).explanations == [
        "a alone"
    ]
    assert compare(run, lambda: (2, 2), right, lambda together=1: variants).explanations == ["both"]


def test_a_function_without_return() -> None:
    report = compare(lambda function: named(function(), "dx"), lambda: None, RIGHT, lambda: [])
    assert report.wrong == {"dx": "it is None"}
    assert report.explanations == ["The function returns None. Does it end with `return`?"]


def test_a_variant_that_agrees_in_all_that_it_changes_is_preferred() -> None:
    def run(function: Any) -> dict[str, object]:
        return {name: np.array([value]) for name, value in zip("abc", function(), strict=True)}

    variants = [Variant("also c", lambda: (2, 2, 3)), Variant("a alone", lambda: (2, 1, 1))]
    right = {name: np.array([1.0]) for name in "abc"}
    report = compare(run, lambda: (2, 2, 1), right, lambda together=1: variants)
    assert report.explanations == ["a alone", "also c"]


def test_a_variant_that_fails_is_left_out() -> None:
    failing = Variant("failing", lambda: 1 / 0)
    assert compared(np.ones((2, 2)), failing).explanations == []


def test_reports_are_joined() -> None:
    report = Report(right={"a": 1e-16, "b": 3e-16})
    report.add(Report(right={"a": 2e-16}, wrong={"b": "wrong"}, explanations=["x"]))
    report.add(Report(explanations=["x"], todo=["y"]))
    assert report.right == {"a": 2e-16}
    assert report.error == 2e-16
    assert (report.explanations, report.todo) == (["x"], ["y"])
    assert not Report(todo=["y"]).passed
    assert Report(notes=["z"]).passed


def test_two_mistakes_at_once_are_tried_last() -> None:
    def run(function: Any) -> dict[str, object]:
        return named(function(), "dx")

    def variants(together: int = 1) -> list[Variant]:
        return [Variant(f"{together}", lambda: {"x": together * np.ones((2, 2))})]

    for count in (0, 1, 2):
        report = compare(run, lambda: {"x": count * np.ones((2, 2))}, RIGHT, variants)  # noqa: B023
        assert report.explanations == [f"{count}"]


def test_a_single_number_that_is_wrong_by_some_factor_says_nothing() -> None:
    def explained(value: float) -> list[str]:
        return compare(
            lambda function: {"loss": function()},
            lambda: value,
            {"loss": np.asarray(2.0)},
            lambda together=1: [],
        ).explanations

    assert explained(3.1) == []
    assert explained(10.0) == ["loss is 5 times what it should be, everywhere."]
    assert explained(0.5) == ["loss is 0.25 times what it should be, everywhere."]
