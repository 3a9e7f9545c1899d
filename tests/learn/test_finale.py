import itertools
from pathlib import Path

import numpy as np
import pytest

from glassnet.learn import finale
from glassnet.learn.tasks.neuron import counting_loss, cut_streams
from glassnet.models import SHIPPED, Vocabulary
from glassnet.nn import Array
from glassnet.nn.plain import train_by_truncated_bptt
from glassnet.train import DataError, Text, load_text

SAMPLE = str(SHIPPED / "sample.txt")


def test_the_plain_functions_learn_more_than_counting_in_seconds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text, said = load_text(SAMPLE), list[str]()
    ticks = itertools.count()  # as much is learned on a busy machine
    monkeypatch.setattr(finale.time, "monotonic", lambda: next(ticks) / 5)
    network = finale.train(train_by_truncated_bptt, cut_streams, text, 3.0, said.append)
    finale.save(tmp_path / "network.npz", network, text)
    loaded, unseen = finale.load(tmp_path / "network.npz")
    assert unseen == text.text[9000:]
    loss = finale.held_out_loss(loaded, unseen)
    assert loss < counting_loss(loaded.vocabulary.encode(unseen))
    assert said[0].startswith("0:0")
    assert float(said[-1].split()[-1]) < float(said[0].split()[-1])


def test_the_network_computes_what_the_readers_functions_compute() -> None:
    vocabulary = Vocabulary("abcde")
    parameters = finale._first_parameters(5, np.random.default_rng(0))
    network = finale._network(vocabulary, parameters)
    ids = np.random.default_rng(1).integers(0, 5, (30, 1))
    (loss,) = train_by_truncated_bptt(ids, dict(parameters), len(ids))
    text = vocabulary.decode(ids[:, 0])
    assert finale.held_out_loss(network, text) == pytest.approx(loss, rel=1e-5)
    assert finale.held_out_loss(network, text) == pytest.approx(loss, rel=1e-5)  # from zeros again


def test_training_can_be_stopped_and_keeps_what_it_has() -> None:
    calls = []

    def once(ids: Array, parameters: dict[str, Array], length: int, rate: float) -> list[float]:
        calls.append(ids.shape)
        if len(calls) == 2:
            raise KeyboardInterrupt
        parameters["bias"] = parameters["bias"] + 1
        return [1.0]

    said: list[str] = []
    text = Text("letters", "letters", "abcde" * 50_000)
    network = finale.train(once, cut_streams, text, 60.0, said.append)
    assert said == ["0:00  loss 1.000", "stopped"]
    assert calls == [(2001, 32), (2001, 32)]
    np.testing.assert_array_equal(network.dense.b, np.ones(5))


def test_without_the_large_texts_the_shipped_one_is_learned(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def load(name: str) -> Text:
        if name == SAMPLE:
            return load_text(name)
        raise DataError(name)

    monkeypatch.setattr(finale, "load_text", load)
    assert finale.text_to_learn().name == SAMPLE


def test_another_network_is_refused() -> None:
    with pytest.raises(DataError, match="this is a simple-autoencoder, and not a network of task"):
        finale.load(SHIPPED / "simple-autoencoder.npz")
