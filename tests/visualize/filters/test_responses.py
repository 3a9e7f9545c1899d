"""What filters make of lines, and the n-grams that excite them, against plain definitions."""

from collections import defaultdict

import numpy as np
import pytest

from glassnet.models import TextAutoencoder, Vocabulary
from glassnet.nn import Array
from glassnet.visualize.drawing.text import TooLongError
from glassnet.visualize.filters.ngrams import EDGE, LENGTHS, SPACE, strongest_ngrams
from glassnet.visualize.filters.responses import (
    LAYERS,
    UNKNOWN,
    Line,
    Reading,
    read_lines,
    readable,
    unknown_characters,
)

LETTERS = " abcdef."


@pytest.fixture
def network(generator: np.random.Generator) -> TextAutoencoder:
    network = TextAutoencoder(
        Vocabulary(LETTERS), length=12, embedding=5, filters1=4, filters2=3
    ).initialize(generator)
    network.theta += 0.5 * generator.standard_normal(network.theta.size, np.float32)
    for number in (1, 2):
        bias = network.parameters[f"convolution{number}.b"]
        bias[...] = np.abs(bias)
        bias[-1] = -100  # the last filter never responds
    return network


def responses_of(network: TextAutoencoder, line: str) -> dict[int, Array]:
    return {layer: values[0] for layer, values in network.responses(network.encode([line])).items()}


# -- reading --------------------------------------------------------------------------------------


def test_every_character_has_its_own_responses(network: TextAutoencoder) -> None:
    lines = ["abc def", "  f.", "abcdefabcdef", "a"] * 40  # more than one batch
    reading = read_lines(network, lines)
    assert len(reading.lines) == 160
    for line, found in zip(lines, reading.lines, strict=True):
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
    (found,) = read_lines(network, ["éa日b" + "abcdefabcdef"]).lines
    assert found.text.rstrip() == f"{UNKNOWN}a{UNKNOWN}babcdefab"  # cut to 12
    expected = responses_of(network, " a babcdefab")
    np.testing.assert_allclose(found.responses[1], expected[1], atol=1e-5)
    assert unknown_characters(network, "日aé\nb日") == ["é", "日"]
    assert readable(network, "a\nbé", "?") == "a\nb?"
    knows = TextAutoencoder(Vocabulary(f" a{UNKNOWN}"), length=4)
    assert readable(knows, f"a{UNKNOWN}é") == f"a{UNKNOWN} "


def test_a_line_of_unknown_characters_is_as_long_as_they_are(network: TextAutoencoder) -> None:
    (found,) = read_lines(network, ["日本語  "]).lines
    assert found.text[:3] == UNKNOWN * 3
    assert len(found.text) == len(found.reconstruction) == len(found.responses[1])


def test_spaces_at_the_end_of_a_line_are_not_drawn(network: TextAutoencoder) -> None:
    network.parameters["dense.b"][0] = 1e6  # it writes nothing but spaces
    (found,) = read_lines(network, [" a   "]).lines
    assert (found.text, found.reconstruction, len(found.responses[1])) == (" a", "  ", 2)


def test_too_many_lines(network: TextAutoencoder) -> None:
    with pytest.raises(TooLongError, match="10001 lines are more than the 10000"):
        read_lines(network, ["a"] * 10_001)


def reading_of(*values: list[list[float]]) -> Reading:
    """A reading whose two layers have the same responses: of each line, a list a character."""
    lines = []
    for rows in values:
        responses = np.array(rows, np.float32)
        lines.append(Line("x" * len(rows), "x" * len(rows), dict.fromkeys(LAYERS, responses)))
    largest = np.max([line.responses[1].max(axis=0) for line in lines], axis=0)
    return Reading(lines, dict.fromkeys(LAYERS, largest))


def test_shades_run_to_the_largest_response_of_each_filter_to_any_line() -> None:
    reading = reading_of([[0, 4, 0], [1, 2, 0]], [[10, 0, 0]])
    assert reading.shades(reading.lines[0], 1).tolist() == [[0, 255, 0], [26, 128, 0]]
    assert reading.shades(reading.lines[1], 1).tolist() == [[255, 0, 0]]


def test_filters_that_vary_most_as_they_are_drawn() -> None:
    # Filter 0 is always on; 1 is dead; 2 and 3 go on and off, 3 on a scale of its own.
    reading = reading_of([[9, 0, 0, 0.1], [9, 0, 1, 0]], [[8, 0, 1, 0.1], [9, 0, 0.9, 0]])
    assert reading.most_varying(2, 1) == [3]
    assert reading.most_varying(2, 2) == [2, 3]
    assert reading.most_varying(2, 3) == [0, 2, 3]
    assert reading.most_varying(2, 9) == [0, 1, 2, 3]


def test_reading_finds_the_largest_responses(network: TextAutoencoder) -> None:
    reading = read_lines(network, ["abc", "fed.cba"])
    for layer in LAYERS:
        found = [line.responses[layer].max(axis=0) for line in reading.lines]
        np.testing.assert_array_equal(reading.largest[layer], np.maximum(*found))
        assert reading.largest[layer][-1] == 0


# -- n-grams --------------------------------------------------------------------------------------


def plain_ngrams(network: TextAutoencoder, lines: list[str], layer: int) -> dict[str, list[Array]]:
    """All responses at each n-gram, from the definition: line by line, place by place."""
    found = defaultdict(list)
    for line in lines:
        read = line[: network.length]
        framed = EDGE * 4 + read.ljust(network.length).replace(" ", SPACE) + EDGE * 4
        responses = responses_of(network, line)[layer]
        for position in range(network.length // layer):
            centre = position * layer  # the first character that the position stands for
            if centre < len(read.rstrip()):
                first = 4 + centre - 1
                found[framed[first : first + LENGTHS[layer]]].append(responses[position])
    return found


@pytest.mark.parametrize("layer", LAYERS)
def test_strongest_ngrams_agree_with_the_definition(
    layer: int,
    network: TextAutoencoder,
    generator: np.random.Generator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("glassnet.visualize.filters.ngrams._BATCH", 50)  # of 120 lines
    lines = [
        "".join(generator.choice(list("  abcd"), generator.integers(1, 15))).rstrip() or "a"
        for _ in range(120)
    ]
    expected = plain_ngrams(network, lines, layer)
    found = strongest_ngrams(network, "\n\n".join(lines) + "\n", layer, most=10_000)
    assert len(found) == {1: 4, 2: 3}[layer]
    assert found[-1] == []  # never responds
    for index, ngrams in enumerate(found[:-1]):
        means = {text: np.mean([row[index] for row in rows]) for text, rows in expected.items()}
        assert {ngram.text for ngram in ngrams} == {text for text, mean in means.items() if mean}
        for ngram in ngrams:
            assert ngram.mean == pytest.approx(means[ngram.text], abs=1e-4)
            assert ngram.count == len(expected[ngram.text])
        ordered = [ngram.mean for ngram in ngrams]
        assert ordered == sorted(ordered, reverse=True)
        few = strongest_ngrams(network, "\n".join(lines), layer, most=3)[index]
        assert few == ngrams[:3]


def test_ngrams_show_spaces_and_the_edges_of_lines(network: TextAutoencoder) -> None:
    found = strongest_ngrams(network, "a b\nabcdefabcdef", 1, most=100)
    texts = {ngram.text for ngrams in found for ngram in ngrams}
    assert texts <= {
        *(f"{EDGE}a{SPACE}", f"a{SPACE}b", f"{SPACE}b{SPACE}", f"{EDGE}ab", "abc", "bcd", "cde"),
        *("def", "efa", "fab", f"ef{EDGE}"),
    }
    assert {f"{EDGE}a{SPACE}", f"ef{EDGE}"} & texts


def test_rare_ngrams_are_left_out(
    network: TextAutoencoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "glassnet.visualize.filters.ngrams._RARE", 10
    )  # of 41 characters: five times or more
    text = "\n".join(["aaaa"] * 10 + ["b"])
    texts = {ngram.text for ngrams in strongest_ngrams(network, text, 1) for ngram in ngrams}
    assert texts == {f"{EDGE}aa", "aaa", f"aa{SPACE}"}


def test_characters_unknown_to_the_network_count_as_spaces(network: TextAutoencoder) -> None:
    assert strongest_ngrams(network, "aéb\nab", 1) == strongest_ngrams(network, "a b\nab", 1)
