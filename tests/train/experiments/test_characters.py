"""Character networks: options make the network and its objective; evaluation reads in one go."""

from pathlib import Path

import numpy as np
import pytest

from glassnet.models import CharacterLSTM
from glassnet.train.experiments import CharacterExperiment, LSTMOptions
from glassnet.train.objectives import CorpusError, text_loss
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
    }


def test_input_dropout_needs_an_embedding() -> None:
    with pytest.raises(OptionError, match=r"--input-dropout 0\.25 needs an embedding: --embedding"):
        LSTMOptions(input_dropout=0.25)


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
