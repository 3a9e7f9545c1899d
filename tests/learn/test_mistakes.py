import pytest

from glassnet.learn.mistakes import mistake, variants, variants_within


def double(x: int) -> int:
    return 2 * x


def twice(x: int) -> int:
    return double(double(x))


def test_a_variant_has_all_changes() -> None:
    first, second = variants(
        double, [mistake("three", ("2", "3")), mistake("both", ("2", "5"), ("* x", "+ x"))]
    )
    assert (first.explanation, first.function(10)) == ("three", 30)
    assert second.function(10) == 15
    assert double(10) == 20


def test_a_variant_of_what_is_called() -> None:
    (wrong,) = variants_within(twice, double, [mistake("three", ("2", "3"))])
    assert wrong.function(1) == 9
    assert twice(1) == 4


@pytest.mark.parametrize("passage", ["missing", "x"])
def test_a_passage_that_is_not_there_once_is_an_error(passage: str) -> None:
    with pytest.raises(ValueError, match=f"^'{passage}' is not once in double$"):
        variants(double, [mistake("", (passage, "y"))])


def test_two_mistakes_together() -> None:
    mistakes = [
        mistake("three", ("2", "3")),
        mistake("plus", ("* x", "+ x")),
        mistake("", ("2", "")),
    ]
    three_plus, plus_none = variants(double, mistakes, together=2)
    assert three_plus.explanation == "three\n\nplus"
    assert three_plus.function(10) == 13
    assert plus_none.function(10) == 10


def half(x: float) -> float:
    y = x / 2  # not shown
    return y


def test_slips_show_the_wrong_line() -> None:
    (times,) = [each for each in variants(half, [], together=0) if "x * 2" in each.explanation]
    assert times.explanation == (
        "These are the numbers of\n\n    y = x * 2\n\nWhat is wrong in this line?"
    )
    assert times.function(3) == 6
