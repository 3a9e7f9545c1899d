import numpy as np
import pytest

from glassnet.models import CharacterLSTM, VocabularyError
from glassnet.nn import Array
from glassnet.visualize import read_in_streams
from glassnet.visualize.neurons.contexts import AFTER, BEFORE, GATES, read_contexts
from tests.visualize.neurons.naive import naive_largest

TEXT = "".join(np.random.default_rng(3).choice(list("abcdefghijklm ,.\n"), 1500))


def read(network: CharacterLSTM, text: str, state: str, streams: int) -> dict[int, Array]:
    """The whole activations, by layer, (characters, units)."""
    found = {n: np.empty((len(text), lstm.units)) for n, lstm in enumerate(network.recurrent, 1)}
    for positions, values in read_in_streams(network, text, (state,), streams=streams, steps=70):
        for n in found:
            found[n][positions] = values[n, state]
    return found


@pytest.mark.parametrize(("count", "apart", "streams"), [(5, 30, 4), (3, 1, 1), (8, 100, 5)])
def test_contexts_are_those_of_a_full_sort(
    network: CharacterLSTM, count: int, apart: int, streams: int
) -> None:
    found = read_contexts(network, TEXT, count, apart, streams=streams, steps=70)
    for layer, values in read(network, TEXT, "hidden", streams).items():
        for unit in range(6):
            for end, sign in ((0, 1), (1, -1)):
                expected = naive_largest(sign * values[:, unit], count, apart)
                assert len(expected) == count
                assert found.positions[layer][end, unit].tolist() == expected
                np.testing.assert_array_equal(
                    found.values[layer][end, unit], values[expected, unit]
                )


def test_a_short_text_has_fewer_contexts(network: CharacterLSTM) -> None:
    text = TEXT[:40]
    found = read_contexts(network, text)
    values = read(network, text, "hidden", 1)[2]
    for unit in range(6):
        expected = naive_largest(values[:, unit], 5, 30)
        assert len(expected) < 5
        contexts = found.strongest(2, unit)
        assert [context.position for context in contexts] == expected
        assert found.positions[2][0, unit].tolist() == expected + [-1] * (5 - len(expected))


def test_context(network: CharacterLSTM) -> None:
    found = read_contexts(network, TEXT, streams=4)
    for context in found.strongest(1, 2) + found.weakest(1, 2):
        start = context.position
        assert context.before == TEXT[max(0, start - BEFORE) : start]
        assert context.character == TEXT[start]
        assert context.after == TEXT[start + 1 : start + 1 + AFTER]
    strongest = [context.value for context in found.strongest(1, 2)]
    weakest = [context.value for context in found.weakest(1, 2)]
    assert strongest == sorted(strongest, reverse=True)
    assert weakest == sorted(weakest)
    assert weakest[-1] < strongest[-1]


def test_histogram_and_saturation_against_loops(network: CharacterLSTM) -> None:
    text = TEXT[:700]
    found = read_contexts(network, text, streams=2)
    for layer, values in read(network, text, "hidden", 2).items():
        for unit in range(6):
            counts, _ = np.histogram(values[:, unit], bins=32, range=(-1, 1))
            assert found.histogram[layer][unit].tolist() == counts.tolist()
    seen = set()
    for place, gate in enumerate(GATES):
        for layer, values in read(network, text, gate, 2).items():
            for unit in range(6):
                closed = opened = 0
                for value in values[:, unit].tolist():
                    closed += value < 0.1
                    opened += value > 0.9
                shares = found.saturation[layer][unit, place]
                np.testing.assert_allclose(shares, [closed / 700, opened / 700], rtol=1e-6)
                seen |= {(0, closed > 0), (1, opened > 0)}
    assert {(0, True), (1, True)} <= seen


def test_unknown_character_is_named(network: CharacterLSTM) -> None:
    with pytest.raises(VocabularyError, match="'Ω'"):
        read_contexts(network, "abΩ")
