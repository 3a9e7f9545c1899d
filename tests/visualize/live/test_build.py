import json
import re
from collections.abc import Callable

import pytest

from glassnet.models import CharacterLSTM, VocabularyError
from glassnet.visualize.live.build import Opening, live_page
from tests.visualize.neurons.views.page.content import FINDINGS, MOST_IMPORTANT


def test_the_page_asks_the_network_for_nothing(small: Callable[..., CharacterLSTM]) -> None:
    content = live_page(small(), Opening("abc", 1, 0), "title")
    content = re.sub('(?<=<script type="text/plain" id=")[lrd][^<]*', "", content)  # base64
    code = re.sub(r"^ *(//|\*).*$", "", content, flags=re.M)
    assert not re.search(r"https?:|\b(src|href)=\"|\burl\(|@import", code)
    assert not re.search(r"fetch\(|XMLHttpRequest|WebSocket|\bimport\b|eval\(", code)
    assert "default-src 'none'" in content
    assert "@@" not in content
    assert content.count("</script>") == content.count("<script")


def test_nasty_titles_and_texts_stay_text(network: CharacterLSTM, nasty: str) -> None:
    sizes = []
    for text in ("abc", nasty):
        content = live_page(network, Opening(text, 1, 0), text, checkpoint=text)
        sizes.append([content.count(tag) for tag in ("<script", "</script", "<!--")])
    assert sizes[0] == sizes[1]
    data = json.loads(re.search('id="data">([^<]*)</script>', content)[1])
    assert data["text"] == nasty
    assert data["checkpoint"] == nasty


def test_data(small: Callable[..., CharacterLSTM]) -> None:
    content = live_page(
        small(cell="gru"),
        Opening("abc", 2, 5, 40),
        "title",
        encoding="int8",
        findings=FINDINGS,
        most_important=MOST_IMPORTANT,
    )
    data = json.loads(re.search('id="data">([^<]*)</script>', content)[1])
    assert data["first"] == {"layer": 2, "neuron": 5, "state": "hidden"}
    assert data["written"] == 40
    assert list(data["states"]) == ["hidden", "reset-gate", "update-gate", "candidate"]
    assert data["longest"] == 20_000
    assert [each["neuron"] for each in data["findings"]] == [4, 0, 5]
    assert [each["neuron"] for each in data["most_important"]] == [3, 0, 1]
    assert data["network"]["arrays"]["gru2.Wh"] == {"rows": 7, "columns": 21, "encoding": "int8"}
    assert data["network"]["arrays"]["gru2.bh"] == {"rows": 1, "columns": 7, "encoding": "float32"}


def test_a_text_with_unknown_characters(small: Callable[..., CharacterLSTM]) -> None:
    with pytest.raises(VocabularyError, match="'Ü'"):
        live_page(small(), Opening("Übel", 1, 0), "title")


def test_a_large_network_takes_shorter_texts(small: Callable[..., CharacterLSTM]) -> None:
    content = live_page(small(units=900, layers=3), Opening("a", 1, 0), "title", encoding="int8")
    assert f'"longest": {150_000_000 // (3 * 900 * 6)},' in content
