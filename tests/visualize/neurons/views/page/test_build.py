import json
import re

import numpy as np
import pytest

from glassnet.models import CharacterLSTM
from glassnet.visualize import Activations, read_activations, read_contexts, read_predictions
from glassnet.visualize.drawing.text import TooLongError, visible
from glassnet.visualize.neurons.search.findings import Finding
from tests.visualize.neurons.views.page.content import CORPUS, TEXT
from tests.visualize.neurons.views.page.reading import data_of, make


def test_predictions_for_another_text(activations: Activations, network: CharacterLSTM) -> None:
    with pytest.raises(ValueError, match="for another text"):
        make(activations, predictions=read_predictions(network, TEXT + "a"))


def test_page_asks_the_network_for_nothing(
    activations: Activations, network: CharacterLSTM
) -> None:
    content = make(
        activations,
        contexts=read_contexts(network, CORPUS),
        predictions=read_predictions(network, TEXT),
    )
    content = re.sub('(?<=<script type="text/plain")[^<]*', "", content)  # base64 holds anything
    assert not re.search(r"https?:|//[a-z]|\b(src|href|action)=|url\(|@import", content, re.I)
    assert not re.search(r"fetch\(|XMLHttpRequest|WebSocket|\bimport\b|eval\(", content)
    assert "default-src 'none'" in content
    assert "@@" not in content


def test_nasty_text_and_title_stay_text(network: CharacterLSTM, nasty: str) -> None:
    plain = read_activations(network, "abc")
    activations = read_activations(network, nasty)
    sizes = []
    for given, title in ((plain, "title"), (activations, nasty)):
        finding = Finding(title, title, "r", 1, 0, "hidden", 0.5, 0.5, 0.1, title)
        content = make(
            given,
            title,
            findings=[finding],
            contexts=read_contexts(network, given.text),
            predictions=read_predictions(network, given.text),
        )
        sizes.append([content.count(tag) for tag in ("<script", "</script", "<!--")])
    assert sizes[0] == sizes[1]
    found = data_of(content)
    assert found["text"] == visible(nasty)
    assert found["contexts"]["passages"] == visible(nasty)
    assert found["findings"][0]["hypothesis"] == nasty
    assert "<title>a&lt;/script&gt;" in content
    assert "\x1b" not in json.dumps(found["text"], ensure_ascii=False)


def test_too_long_a_text() -> None:
    values = np.broadcast_to(np.float32(0), (200_000, 512))
    activations = Activations("x" * 200_000, {(2, "hidden"): values})
    with pytest.raises(TooLongError, match="200000 characters come to 102400000 activations"):
        make(activations)
