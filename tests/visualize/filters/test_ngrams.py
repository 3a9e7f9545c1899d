"""The n-grams that excite filters, against a plain definition."""

from collections import defaultdict

import numpy as np
import pytest

from glassnet.models import TextAutoencoder
from glassnet.nn import Array
from glassnet.visualize.filters.ngrams import EDGE, LENGTHS, SPACE, strongest_ngrams
from glassnet.visualize.filters.responses import LAYERS
from tests.visualize.filters.lines import responses_of


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
