"""What training relies on, for the experiment of every recipe."""

import math

import numpy as np
import pytest

from glassnet.models import Checkpoint
from glassnet.train.data import Images, Text
from glassnet.train.experiments import Experiment
from glassnet.train.experiments import images as train_images
from glassnet.train.experiments import texts as train_texts
from glassnet.train.recipes import RECIPES

SMALL = {"units": 8, "chunks": 2, "k1": 10, "k2": 20, "batch": 8, "length": 8, "context": 10}


@pytest.fixture
def data(digits: Images, monkeypatch: pytest.MonkeyPatch) -> None:
    text = Text("a text", "", "to be or not to be,\nthat is the question\n" * 10)
    monkeypatch.setattr(train_images, "load_images", lambda name: digits)
    monkeypatch.setattr(train_texts, "load_text", lambda name: text)


def experiment_of(recipe_name: str) -> Experiment:
    recipe = RECIPES[recipe_name]
    known = recipe.options.header()
    changes = {name: value for name, value in SMALL.items() if name in known}
    return recipe.load(recipe.options.updated(changes))


@pytest.mark.usefixtures("data")
@pytest.mark.parametrize("recipe", RECIPES)
def test_it_says_what_its_data_is(recipe: str) -> None:
    experiment = experiment_of(recipe)
    assert experiment.data in ("digits", "a text")
    assert experiment.summary
    assert len(experiment.fingerprint) == 64
    assert experiment.rows == (2 if "chunks" in RECIPES[recipe].options.header() else 8)


@pytest.mark.usefixtures("data")
@pytest.mark.parametrize("recipe", RECIPES)
def test_its_networks_take_each_other_s_weights(recipe: str) -> None:
    experiment = experiment_of(recipe)
    network = experiment.network()
    assert type(network) is RECIPES[recipe].network
    network.initialize(np.random.default_rng(1))
    start = Checkpoint(network.kind, network.configuration, network.parameters)
    again = experiment.network(start).initialize(np.random.default_rng(2))
    start.copy_weights(again)
    np.testing.assert_array_equal(again.theta, network.theta)


@pytest.mark.usefixtures("data")
@pytest.mark.parametrize("recipe", RECIPES)
def test_it_evaluates_a_network_alike_each_time(recipe: str) -> None:
    experiment = experiment_of(recipe)
    network = experiment.network().initialize(np.random.default_rng(1))
    evaluation = experiment.evaluate(network)
    assert math.isfinite(evaluation.loss)
    assert evaluation == experiment.evaluate(network)
    assert evaluation.accuracy is None or 0 <= evaluation.accuracy <= 1
