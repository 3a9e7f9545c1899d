import numpy as np
import pytest

from glassnet.nn.activations import parts as module
from glassnet.nn.activations.parts import contiguous, parts


def test_parts_are_views_of_the_same_elements(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_PART", 5)
    a, b = np.arange(12.0).reshape(3, 4), np.zeros((3, 4))
    lengths = []
    for a_part, b_part in parts(a, b):
        lengths.append(len(a_part))
        b_part[...] = a_part
    assert lengths == [5, 5, 2]
    np.testing.assert_array_equal(a, b)


def test_nothing_has_no_parts_and_a_number_has_one() -> None:
    assert list(parts(np.zeros((0, 3)))) == []
    (part,) = parts(np.array(2.0))
    assert part[0].tolist() == [2.0]


def test_contiguous_copies_only_what_it_must() -> None:
    x = np.zeros((2, 3), np.float32)
    assert contiguous(x) is x
    assert contiguous(x.T).flags.c_contiguous
    assert contiguous(np.array([1, 2])).dtype == np.float64
    assert contiguous(np.array(1j)).dtype == np.complex128
