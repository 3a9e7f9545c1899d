import pytest

from glassnet.errors import closest, no_such


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("--learning-rat", "--learning-rate"),
        ("--lerning-rate", "--learning-rate"),
        ("--learn", "--learning-rate"),
        ("--k3", "--k1"),
        ("--", None),
        ("-", None),
        ("", None),
        ("--quux", None),
    ],
)
def test_what_was_probably_meant(word: str, meant: str | None) -> None:
    assert closest(word, ["--learning-rate", "--length", "--k1"]) == meant


def test_names_may_come_from_an_iterator() -> None:
    assert no_such("layer", "x", iter(["a", "b"])) == "there is no layer 'x'; choose from a, b"
