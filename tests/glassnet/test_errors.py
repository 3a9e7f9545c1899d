import pytest

from glassnet.errors import closest, no_such

NAMES = ["--l1", "--learning-rate", "--length", "--k1", "--filters2"]


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("--learning-rat", "--learning-rate"),
        ("--lerning-rate", "--learning-rate"),
        ("--learn", "--learning-rate"),
        ("--k3", "--k1"),
        ("--lr", "--learning-rate"),  # its initials, though --k1 has more letters in common
        ("lr", "--learning-rate"),
        ("--minutes", None),  # --filters2 resembles it a little
        ("--", None),
        ("-", None),
        ("", None),
        ("--quux", None),
    ],
)
def test_what_was_probably_meant(word: str, meant: str | None) -> None:
    assert closest(word, NAMES) == meant


def test_names_may_come_from_an_iterator() -> None:
    assert no_such("layer", "x", iter(["a", "b"])) == "there is no layer 'x'; choose from a, b"
