import re

import numpy as np

from glassnet.visualize.neurons.search.spans import (
    NAME,
    WORD,
    bracket_spans,
    each,
    inside,
    marked,
    matches,
    since,
)


def test_empty_matches_are_left_out() -> None:
    starts, ends = matches("xxa", re.compile("x*"))
    assert (starts.tolist(), ends.tolist()) == ([0], [2])
    starts, ends = matches("12", WORD)
    assert (len(starts), len(ends)) == (0, 0)
    assert [found.tolist() for found in matches("A B:\nc", NAME)] == [[0], [3]]


def test_inside_counts_the_spans() -> None:
    assert inside("abcde", (np.array([0, 1]), np.array([4, 3]))).tolist() == [1, 2, 2, 1, 0]


def test_since_the_last_mark() -> None:
    assert since(marked("abcdef", np.array([2, 3]))).tolist() == [1, 2, 0, 0, 1, 2]


def test_each_character_is_tested_once() -> None:
    asked = []
    assert each("abba", lambda c: asked.append(c) is None and c == "b").tolist() == [
        False,
        True,
        True,
        False,
    ]
    assert asked == ["a", "b"]


def test_only_pairs_of_brackets_count() -> None:
    assert [found.tolist() for found in bracket_spans("(a [b] c) d) (")] == [[3, 0], [6, 9]]
    assert [len(found) for found in bracket_spans("(]")] == [0, 0]
