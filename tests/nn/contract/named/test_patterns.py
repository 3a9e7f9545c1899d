import pytest

from glassnet.nn.contract.named.patterns import matching, values_by_name

NAMES = ["lstm1.Wx", "lstm1.b", "dense.W", "dense.b"]


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("*", NAMES),
        ("lstm1.*", NAMES[:2]),
        ("*.b", ["lstm1.b", "dense.b"]),
        ("dense.W", ["dense.W"]),
        ("*.W?", ["lstm1.Wx"]),
    ],
)
def test_patterns_fit_whole_names(pattern: str, expected: list[str]) -> None:
    assert matching(pattern, iter(NAMES)) == expected


@pytest.mark.parametrize("pattern", ["", "lstm1", "*.w", "dense"])
def test_a_pattern_that_fits_nothing_is_named(pattern: str) -> None:
    with pytest.raises(ValueError, match=r"^no parameter has a name like '.*'; there are lstm1"):
        matching(pattern, iter(NAMES))
    with pytest.raises(ValueError, match=r"; there are none$"):
        matching(pattern, [])


def test_the_last_pattern_that_fits_counts() -> None:
    assert values_by_name({"*.b": 1, "dense.*": 2}, iter(NAMES)) == {
        "lstm1.b": 1,
        "dense.W": 2,
        "dense.b": 2,
    }
    assert values_by_name({"dense.*": 2, "*.b": 1}, NAMES)["dense.b"] == 1
    assert values_by_name({}, NAMES) == {}
    with pytest.raises(ValueError, match="no parameter has a name like"):
        values_by_name({"*": 1, "gru.*": 1}, NAMES)
