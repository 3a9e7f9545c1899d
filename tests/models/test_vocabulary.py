import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glassnet.models import Vocabulary, VocabularyError


@given(st.text(min_size=1))
def test_decode_undoes_encode(text: str) -> None:
    vocabulary = Vocabulary.of(text)
    ids = vocabulary.encode(text)
    assert vocabulary.decode(ids) == text
    assert list(vocabulary.characters) == sorted(set(text))
    assert ids.min() >= 0
    assert ids.max() == len(vocabulary) - 1


def test_ids_are_places_in_code_point_order() -> None:
    vocabulary = Vocabulary("cab😀")
    np.testing.assert_array_equal(vocabulary.encode("a😀cb"), [0, 3, 2, 1])


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("abç", r"'ç' \(U\+00E7\) at position 2"),
        ("😀", r"U\+1F600\) at position 0"),
        ("a\udcff", r"'\\udcff' \(U\+DCFF\) at position 1"),
        ("b\x00", r"'\\x00' \(U\+0000\) at position 1"),
    ],
)
def test_an_unknown_character_is_named(text: str, named: str) -> None:
    with pytest.raises(VocabularyError, match=named):
        Vocabulary("abc").encode(text)


def test_the_empty_text() -> None:
    assert Vocabulary("abc").encode("").size == 0
    assert Vocabulary("abc").decode(np.array([], int)) == ""
