import dataclasses
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from glassnet.learn import finale
from glassnet.learn.comparison import Report
from glassnet.learn.mistakes import Mistake, variants
from glassnet.learn.reader import Reader
from glassnet.learn.tasks import neuron
from glassnet.learn.tasks.neuron import COUNTING_MISTAKES, CUTTING_MISTAKES, TASK, cut_streams
from glassnet.models import SHIPPED, CharacterLSTM, Vocabulary
from glassnet.nn import Adam, softmax_cross_entropy
from glassnet.train import load_text
from glassnet.visualize import Finding
from tests.learn.solved import reader_of


def test_the_functions_of_the_solution_are_right() -> None:
    report = neuron.check_functions(reader_of(TASK))
    assert report.passed
    assert list(report.right) == ["cut_streams", "counting_loss"]


def test_streams() -> None:
    streams = cut_streams(np.array(list("abcdefghij")), 3)
    assert ["".join(column) for column in streams.T] == ["abc", "def", "ghi"]


def test_counting() -> None:
    assert neuron.counting_loss(np.array([0, 0, 2, 2])) == pytest.approx(np.log(2))


@pytest.mark.parametrize("mistake", CUTTING_MISTAKES, ids=lambda mistake: mistake.changes[0][1])
def test_every_mistake_in_cutting_is_explained(mistake: Mistake) -> None:
    (wrong,) = variants(cut_streams, [mistake])
    report = TASK.check(reader_of(TASK, cut_streams=wrong.function))
    assert report.explanations == [mistake.explanation]


@pytest.mark.parametrize("mistake", COUNTING_MISTAKES, ids=lambda mistake: mistake.changes[0][1])
def test_every_mistake_in_counting_is_explained(mistake: Mistake) -> None:
    (wrong,) = variants(neuron.counting_loss, [mistake])
    report = TASK.check(reader_of(TASK, counting_loss=wrong.function))
    assert report.explanations == [mistake.explanation]


def guessed(folder: Path, guess: Callable[[str], Any]) -> Report:
    reader = reader_of(TASK)
    function = reader.function

    def with_guess(name: str) -> Callable[..., object]:
        return guess if name == "guess" else function(name)

    reader = Reader(folder / TASK.file, reader._module)
    reader.function = with_guess  # type: ignore[method-assign]
    return TASK.check(reader)


SAMPLE = str(SHIPPED / "sample.txt")


@pytest.fixture
def trained(tmp_path: Path) -> Path:
    """A folder with a network that knows a little more than how frequent the characters are."""
    text = load_text(SAMPLE)
    unseen = finale.split(text.text)[1]
    vocabulary = Vocabulary.of(text.text)
    network = CharacterLSTM(vocabulary, layers=1, units=8).initialize(np.random.default_rng(0))
    ids = vocabulary.encode(unseen)[:, None]
    counts = np.bincount(ids[:, 0], minlength=len(vocabulary))
    network.dense.b[...] = np.log(counts + 1e-2)
    optimizer = Adam(0.01)
    for _ in range(20):
        _, dlogits = softmax_cross_entropy(network.forward(ids[:-1]), ids[1:])
        network.zero_grad()
        network.backward(dlogits)
        optimizer.step(network.theta, network.grad)
    finale.save(tmp_path / finale.NETWORK, network, text)
    return tmp_path


def test_before_the_training(tmp_path: Path) -> None:
    report = guessed(tmp_path, lambda text: ...)
    assert report.todo[0].startswith("Now train: `glassnet learn train`")
    assert not report.passed


def test_a_network_that_is_no_better_than_counting(trained: Path) -> None:
    network, _ = finale.load(trained / finale.NETWORK)
    network.dense.W[...] = 0
    network.dense.b[...] = 0
    finale.save(trained / finale.NETWORK, network, load_text(SAMPLE))
    assert guessed(trained, len).todo == [
        "Train longer: the loss has to be lower than that of counting."
    ]


def capital(text: str) -> list[bool]:
    return [character.isupper() for character in text]


def test_a_guess(trained: Path) -> None:
    report = guessed(trained, capital)
    assert report.passed
    loss, found, page = report.notes
    words = re.fullmatch(r".* a loss of ([\d.]+) nats a character; counting .* ([\d.]+)\.", loss)
    assert words is not None
    assert float(words[1]) < float(words[2])
    assert re.match(r"Neuron [0-7] follows your guess best, .*: AUC (0\.[5-9]\d|1\.00)", found)
    assert "of all pairs of a character where it is true" in found
    assert "Verdict: letter detector" in found or "Verdict: as untrained" in found
    assert page.startswith("neuron.html, in the same folder, shows it")
    assert "Your network" in (trained / "neuron.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("guess", "complaint"),
    [
        (lambda text: 5, "its shape is (); a text of 1000 characters needs (1000,)"),
        (lambda text: [1, 2], "its shape is (2,); a text of 1000 characters needs (1000,)"),
        (lambda text: [1, [2]], "its values have different lengths"),
        (lambda text: list(text), "its values are to be finite numbers, or True and False"),
        (lambda text: [np.nan] * len(text), "its values are to be finite numbers, or True and F"),
        (lambda text: [1] * len(text), "its value is the same throughout one half of the text"),
    ],
)
def test_a_guess_that_can_not_be_used(
    guess: Callable[[str], Any], complaint: str, trained: Path
) -> None:
    report = guessed(trained, guess)
    assert report.wrong["guess"].startswith(complaint)
    assert not (trained / "neuron.html").exists()


def test_no_guess_yet(trained: Path) -> None:
    report = guessed(trained, lambda text: ...)
    assert report.unfilled == ["guess"]
    assert len(report.notes) == 1


def test_a_verdict_comes_with_advice() -> None:
    finding = Finding("guess", "", "r", 1, 3, "hidden", -0.6, -0.6, 0.1, "clear")
    assert "Neuron 3 follows" in neuron._found(finding)
    assert "correlation -0.60. Verdict: clear (" in neuron._found(finding)
    for verdict, advice in (
        ("clear", ""),
        ("letter detector", "the current character does not tell."),
        ("as untrained", "Guess again"),
    ):
        assert advice in neuron._advice(dataclasses.replace(finding, verdict=verdict))


@pytest.mark.parametrize(
    ("score", "said"),
    [
        (0.97, "AUC 0.97. In 97% of all pairs of .*, the neuron is higher at the first; 50% is ch"),
        (0.04, "AUC 0.96, falling. In 96% of all pairs of .*, the neuron is lower at the first; "),
    ],
)
def test_a_neuron_that_falls_is_scored_as_on_its_page(score: float, said: str) -> None:
    finding = Finding(
        hypothesis="guess",
        description="your guess",
        measure="AUC",
        layer=1,
        neuron=5,
        state="hidden",
        score=score,
        chosen=score,
        baseline=0.6,
        verdict="strong",
    )
    assert re.search(said, neuron._found(finding))
