"""Character networks: options make the network and its objective; evaluation reads in one go."""

from pathlib import Path

import numpy as np
import pytest

from glassnet.models import CharacterLSTM
from glassnet.train.data import Text
from glassnet.train.experiments import CharacterExperiment, LSTMOptions
from glassnet.train.objectives import CorpusError, text_loss
from glassnet.train.objectives.text_loss import mean_text_loss
from glassnet.train.options import OptionError


@pytest.fixture
def experiment(tmp_path: Path) -> CharacterExperiment:
    path = tmp_path / "novel.txt"
    path.write_text("It was a dark and stormy night. " * 20)
    options = LSTMOptions(
        data=str(path),
        validation=0.25,
        chunks=3,
        k1=10,
        k2=20,
        layers=1,
        units=5,
        dropout=0.5,
        embedding=3,
        input_dropout=0.25,
        state_dropout=0.125,
        skip=True,
        temperature=1.25,
        cell="gru",
    )
    return CharacterExperiment(CharacterLSTM, options)


def test_the_options_make_the_network(experiment: CharacterExperiment) -> None:
    configuration = dict(experiment.network().configuration)
    assert len(str(configuration.pop("vocabulary"))) == 17
    assert configuration == {
        "layers": 1,
        "units": 5,
        "dropout": 0.5,
        "variational": False,
        "weight_drop": 0.0,
        "embedding": 3,
        "input_dropout": 0.25,
        "state_dropout": 0.125,
        "skip": True,
        "temperature": 1.25,
        "cell": "gru",
    }


def test_input_dropout_needs_an_embedding() -> None:
    with pytest.raises(OptionError, match=r"--input-dropout 0\.25 needs an embedding: --embedding"):
        LSTMOptions(input_dropout=0.25)


def test_a_text_to_validate_on(
    tmp_path: Path, experiment: CharacterExperiment, generator: np.random.Generator
) -> None:
    path = tmp_path / "night.txt"
    path.write_text("a night, a day")
    options = LSTMOptions(
        data=str(tmp_path / "novel.txt"), validation=0, validation_data=str(path), units=5, k1=10,
        k2=10, chunks=3,
    )  # fmt: skip
    other = CharacterExperiment(CharacterLSTM, options)
    assert other.fingerprint != experiment.fingerprint
    network = other.network().initialize(generator, np.float64)
    assert isinstance(network, CharacterLSTM)
    expected = text_loss(network, network.vocabulary.encode("a night, a day"))
    objective = other.objective(network, generator=generator)
    found = objective.validate()
    assert (found["validation_loss"], found["validation_accuracy"]) == expected
    assert objective.steps_per_epoch == (640 - 1) // 3 // 10  # the whole novel
    evaluation = other.evaluate(network)
    assert (evaluation.loss, evaluation.accuracy) == expected
    path.write_text("a day")
    assert CharacterExperiment(CharacterLSTM, options).fingerprint != other.fingerprint


def test_either_a_text_or_a_part_is_held_out() -> None:
    with pytest.raises(OptionError, match=r"--validation-data a\.txt .* must be 0, not 0\.1$"):
        LSTMOptions(validation_data="a.txt")


def test_each_work_is_read_from_its_start(
    monkeypatch: pytest.MonkeyPatch, generator: np.random.Generator
) -> None:
    parts = ("It was a dark night. ", "And it was stormy. ", "Was it not?")
    text = Text("nights", "", "".join(parts), parts)
    monkeypatch.setattr("glassnet.train.experiments.texts.load_text", lambda name: text)
    options = LSTMOptions(data="nights", units=5, layers=1, chunks=3)
    experiment = CharacterExperiment(CharacterLSTM, options)
    network = experiment.network().initialize(generator, np.float64)
    assert isinstance(network, CharacterLSTM)
    network.theta *= 3
    works = [network.vocabulary.encode(work) for work in experiment.works]
    assert len(works) == 3
    found = experiment.evaluate(network, 1.0)
    assert (found.loss, found.accuracy) == mean_text_loss(network, works)
    assert found.loss != text_loss(network, np.concatenate(works))[0]


def test_the_options_make_the_objective(
    experiment: CharacterExperiment, generator: np.random.Generator
) -> None:
    network = experiment.network().initialize(generator)
    objective = experiment.objective(network, generator=generator)
    assert (objective.k1, objective.k2, objective.items_per_step) == (10, 20, 30)
    assert objective.steps_per_epoch == (480 - 1) // 3 // 10
    assert experiment.rows == 3


def test_evaluation_reads_the_part_that_is_held_out(
    experiment: CharacterExperiment, generator: np.random.Generator
) -> None:
    network = experiment.network().initialize(generator, np.float64)
    assert isinstance(network, CharacterLSTM)
    ids = network.vocabulary.encode(experiment.text)
    for part, held_out in ((None, ids[480:]), (0.5, ids[320:]), (1.0, ids)):
        found = experiment.evaluate(network, part)
        assert (found.loss, found.accuracy) == text_loss(network, held_out)
    with pytest.raises(CorpusError, match="too short, a prediction needs two characters"):
        experiment.evaluate(network, 0.001)
