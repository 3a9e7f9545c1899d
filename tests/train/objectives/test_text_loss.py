"""The loss of a text: read in one stream or in several, without disturbing the network."""

import importlib
from typing import Any

import numpy as np
import pytest

from glassnet.models import CharacterLSTM, CharacterTransformer, Vocabulary
from glassnet.nn import Array, softmax_cross_entropy
from glassnet.train.objectives import text_loss

LETTERS = "abcdefgh"
module = importlib.import_module("glassnet.train.objectives.text_loss")  # not the function


def network_of(generator: np.random.Generator) -> CharacterLSTM:
    return CharacterLSTM(Vocabulary(LETTERS), units=5).initialize(generator, np.float64)


@pytest.mark.parametrize("length", [2, 1500, 4001, 9000, 9007])
def test_several_streams_guess_each_character_once(
    length: int, generator: np.random.Generator
) -> None:
    network = network_of(generator)
    ids = generator.integers(0, len(LETTERS), length)
    whole = text_loss(network, ids)
    for streams in (2, 5, 50):
        # A state fades within a few characters in so small a network.
        assert text_loss(network, ids, streams) == pytest.approx(whole, abs=1e-12)


def test_validation_reads_one_stream_and_disturbs_nothing(
    generator: np.random.Generator,
) -> None:
    network = network_of(generator)
    ids = generator.integers(0, len(LETTERS), 2500)  # more than is read at once
    network.forward(ids[:20].reshape(10, 2))
    network.carry()
    before = {name: value.copy() for name, value in network.state.items()}
    loss, accuracy = text_loss(network, ids)
    for name, value in network.state.items():
        np.testing.assert_array_equal(value, before[name])
    network.reset_state()
    logits = network.forward(ids[:-1, None])
    assert loss == pytest.approx(softmax_cross_entropy(logits, ids[1:, None])[0], abs=1e-12)
    assert accuracy == pytest.approx(np.mean(logits[:, 0].argmax(axis=1) == ids[1:]))


class Reader:
    """A network that predicts the next number, but for those below five, and remembers all."""

    context = None

    def __init__(self) -> None:
        self.state: dict[str, Array] = {"h": np.ones(1)}
        self.read: list[Array] = []

    def reset_state(self) -> None:
        self.state = {}

    def carry(self) -> None:
        self.state = {"h": np.array([len(self.read)])}

    def forward(self, ids: Array) -> Array:
        assert self.state.get("h", [0])[0] == len(self.read)
        self.read.append(ids)
        return 9.0 * np.eye(20)[np.where(ids < 5, 0, ids + 1)]


def test_what_each_stream_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "WARM_UP", 4)
    monkeypatch.setattr(module, "_WINDOW", 6)
    reader: Any = Reader()
    wrong = 5  # of 19 guesses, if each counts once
    right, other = np.log(1 + 19 * np.exp(-9)), np.log(np.exp(9) + 19)
    loss, accuracy = text_loss(reader, np.arange(20), streams=9)
    assert accuracy == 14 / 19
    assert loss == pytest.approx((14 * right + wrong * other) / 19, rel=1e-12)
    np.testing.assert_array_equal(
        np.concatenate(reader.read),
        # Three streams, as no more have four characters of their own after four to warm up with.
        np.arange(9)[:, None] + [0, 5, 10],
    )
    assert [len(ids) for ids in reader.read] == [2, 2, 2, 2, 1]
    assert reader.state == {"h": np.ones(1)}
    for ids, streams in ((20, None), (20, 1), (12, 9), (8, 9), (2, 2)):
        reader.read, named = [], {} if streams is None else {"streams": streams}
        text_loss(reader, np.arange(ids), **named)
        np.testing.assert_array_equal(np.concatenate(reader.read), np.arange(ids - 1)[:, None])
        assert max(map(len, reader.read)) <= 6
    reader.read = []
    text_loss(reader, np.arange(13), streams=9)  # twelve guesses: two streams of four after four
    np.testing.assert_array_equal(np.concatenate(reader.read), np.arange(8)[:, None] + [0, 4])


def test_a_bar_is_shown_where_it_is_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = []

    def tqdm(values: list[object], **options: object) -> list[object]:
        shown.append(options)
        return values

    monkeypatch.setattr(module, "tqdm", tqdm)
    for options in ({}, {"progress": True}):
        network: Any = Reader()
        text_loss(network, np.arange(9), **options)
    bar = {"leave": False, "delay": 1}
    assert shown == [{**bar, "disable": True}, {**bar, "disable": None}]


def test_the_mean_is_over_the_characters_of_all_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []

    def one(network: object, ids: Array, streams: int, progress: bool) -> tuple[float, float]:
        calls.append((len(ids), streams, progress))
        return float(len(ids)), 1 / len(ids)

    monkeypatch.setattr(module, "text_loss", one)
    network: Any = None
    texts = [np.zeros(4, int), np.zeros(2, int)]  # three guesses and one
    assert module.mean_text_loss(network, texts) == ((3 * 4 + 2) / 4, (3 / 4 + 1 / 2) / 4)
    module.mean_text_loss(network, texts[:1], 7, True)
    assert calls == [(4, 1, False), (2, 1, False), (4, 7, True)]


@pytest.mark.parametrize("length", [2, 5, 8, 9, 11, 12, 13, 400, 2500])
def test_a_limited_context_overlaps_by_half(length: int, generator: np.random.Generator) -> None:
    network = CharacterTransformer(Vocabulary(LETTERS), layers=1, units=4, heads=2, context=8)
    network.initialize(generator, np.float64)
    network.theta += generator.standard_normal(network.theta.size)
    ids = generator.integers(0, len(LETTERS), length)
    losses, correct = [], 0
    for guess in range(length - 1):
        # The window in whose second half the character stands, or the first window.
        start = max(0, guess // 4 * 4 - 4)
        logits = network(ids[start : guess + 1, None])[-1, 0]
        losses.append(np.log(np.exp(logits).sum()) - logits[ids[guess + 1]])
        correct += logits.argmax() == ids[guess + 1]
    loss, accuracy = text_loss(network, ids)
    assert loss == pytest.approx(np.mean(losses), abs=1e-12)
    assert accuracy == pytest.approx(correct / (length - 1))
