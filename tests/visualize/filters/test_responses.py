"""What filters make of lines, against plain definitions."""

import numpy as np
import pytest

from glassnet.models import TextAutoencoder, Vocabulary
from glassnet.visualize.drawing.text import TooLongError
from glassnet.visualize.filters.responses import (
    LAYERS,
    UNKNOWN,
    Line,
    Responses,
    read_responses,
    replace_unknown,
    unknown_characters,
)
from tests.visualize.filters.lines import responses_of


def test_every_character_has_its_own_responses(network: TextAutoencoder) -> None:
    lines = ["abc def", "  f.", "abcdefabcdef", "a"] * 40  # more than one batch
    responses = read_responses(network, lines)
    assert len(responses.lines) == 160
    for line, found in zip(lines, responses.lines, strict=True):
        written = network.forward(network.encode([line])).argmax(axis=2)
        reconstruction = network.vocabulary.decode(written).rstrip()
        count = max(len(line), len(reconstruction))
        assert found.text == line.ljust(count)
        assert found.reconstruction == reconstruction.ljust(count)
        expected = responses_of(network, line)
        assert found.responses[1].shape == (count, 4)
        assert found.responses[2].shape == (count, 3)
        for place in range(count):
            np.testing.assert_allclose(found.responses[1][place], expected[1][place], atol=1e-5)
            np.testing.assert_allclose(
                found.responses[2][place], expected[2][place // 2], atol=1e-5
            )


def test_what_the_network_does_not_know_reads_as_spaces(network: TextAutoencoder) -> None:
    (found,) = read_responses(network, ["éa日b" + "abcdefabcdef"]).lines
    assert found.text.rstrip() == f"{UNKNOWN}a{UNKNOWN}babcdefab"  # cut to 12
    expected = responses_of(network, " a babcdefab")
    np.testing.assert_allclose(found.responses[1], expected[1], atol=1e-5)
    assert unknown_characters(network, "日aé\nb日") == ["é", "日"]
    assert replace_unknown(network, "a\nbé", "?") == "a\nb?"
    knows = TextAutoencoder(Vocabulary(f" a{UNKNOWN}"), length=4)
    assert replace_unknown(knows, f"a{UNKNOWN}é") == f"a{UNKNOWN} "


def test_a_line_of_unknown_characters_is_as_long_as_they_are(network: TextAutoencoder) -> None:
    (found,) = read_responses(network, ["日本語  "]).lines
    assert found.text[:3] == UNKNOWN * 3
    assert len(found.text) == len(found.reconstruction) == len(found.responses[1])


def test_spaces_at_the_end_of_a_line_are_not_drawn(network: TextAutoencoder) -> None:
    network.parameters["dense.b"][0] = 1e6  # it writes nothing but spaces
    (found,) = read_responses(network, [" a   "]).lines
    assert (found.text, found.reconstruction, len(found.responses[1])) == (" a", "  ", 2)


def test_too_many_lines(network: TextAutoencoder) -> None:
    with pytest.raises(TooLongError, match="10001 lines are more than the 10000"):
        read_responses(network, ["a"] * 10_001)


def responses_to(*values: list[list[float]]) -> Responses:
    """A responses whose two layers have the same responses: of each line, a list a character."""
    lines = []
    for rows in values:
        responses = np.array(rows, np.float32)
        lines.append(Line("x" * len(rows), "x" * len(rows), dict.fromkeys(LAYERS, responses)))
    largest = np.max([line.responses[1].max(axis=0) for line in lines], axis=0)
    return Responses(lines, dict.fromkeys(LAYERS, largest))


def test_shades_run_to_the_largest_response_of_each_filter_to_any_line() -> None:
    responses = responses_to([[0, 4, 0], [1, 2, 0]], [[10, 0, 0]])
    assert responses.shades(responses.lines[0], 1).tolist() == [[0, 255, 0], [26, 128, 0]]
    assert responses.shades(responses.lines[1], 1).tolist() == [[255, 0, 0]]


def test_filters_that_vary_most_as_they_are_drawn() -> None:
    # Filter 0 is always on; 1 is dead; 2 and 3 go on and off, 3 on a scale of its own.
    responses = responses_to([[9, 0, 0, 0.1], [9, 0, 1, 0]], [[8, 0, 1, 0.1], [9, 0, 0.9, 0]])
    assert responses.most_varying(2, 1) == [3]
    assert responses.most_varying(2, 2) == [2, 3]
    assert responses.most_varying(2, 3) == [0, 2, 3]
    assert responses.most_varying(2, 9) == [0, 1, 2, 3]


def test_reading_finds_the_largest_responses(network: TextAutoencoder) -> None:
    responses = read_responses(network, ["abc", "fed.cba"])
    for layer in LAYERS:
        found = [line.responses[layer].max(axis=0) for line in responses.lines]
        np.testing.assert_array_equal(responses.largest[layer], np.maximum(*found))
        assert responses.largest[layer][-1] == 0
