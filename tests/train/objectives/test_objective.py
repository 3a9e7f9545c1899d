"""What the training loop relies on, for the objective of every recipe."""

import numpy as np
import pytest

from glassnet.models import Network, load_digits
from glassnet.train.data import Images, Text
from glassnet.train.experiments import images as train_images
from glassnet.train.experiments import texts as train_texts
from glassnet.train.objectives import Objective
from glassnet.train.recipes import RECIPES

SMALL = {"units": 8, "chunks": 2, "k1": 10, "k2": 20, "batch": 8, "length": 8, "context": 10}
TRAINED = [name for name in RECIPES if name != "variational-autoencoder-deconv"]  # it takes long


@pytest.fixture
def data(monkeypatch: pytest.MonkeyPatch) -> None:
    pixels, labels = load_digits()
    images = Images("digits", "", pixels[:20], labels[:20], pixels[20:30], labels[20:30])
    text = Text("text", "", "to be or not to be,\nthat is the question\n" * 10)
    monkeypatch.setattr(train_images, "load_images", lambda name: images)
    monkeypatch.setattr(train_texts, "load_text", lambda name: text)


def made_by(recipe_name: str, seed: int = 1) -> tuple[Network, Objective]:
    recipe = RECIPES[recipe_name]
    known = recipe.options.header()
    options = recipe.options.updated({n: value for n, value in SMALL.items() if n in known})
    experiment = recipe.load(options)
    network = experiment.network().initialize(np.random.default_rng(3), np.float64)
    return network, experiment.objective(network, generator=np.random.default_rng(seed))


@pytest.mark.usefixtures("data")
@pytest.mark.parametrize("recipe", TRAINED)
def test_an_update_adds_to_the_gradients_and_validation_leaves_them(recipe: str) -> None:
    network, objective = made_by(recipe)
    assert objective.steps_per_epoch > 1
    objective.start_epoch()
    network.grad[...] = 0
    assert np.isfinite(objective.compute(0))
    gradients = network.grad.copy()
    assert gradients.any()
    measures = objective.validate()
    assert np.isfinite(measures["validation_loss"])
    np.testing.assert_array_equal(network.grad, gradients)

    network, objective = made_by(recipe)
    objective.start_epoch()
    network.grad[...] = 1
    objective.compute(0)
    np.testing.assert_allclose(network.grad - 1, gradients, atol=1e-12)


@pytest.mark.usefixtures("data")
@pytest.mark.parametrize("recipe", TRAINED)
def test_its_state_lets_another_go_on_in_the_middle_of_an_epoch(recipe: str) -> None:
    network, objective = made_by(recipe)
    objective.start_epoch()
    objective.compute(0)
    state = {name: array.copy() for name, array in objective.state().items()}
    _, other = made_by(recipe, seed=9)
    other.restore(state)
    objective.compute(1)
    other.compute(1)
    assert objective.state().keys() == other.state().keys() == state.keys()
    for name, array in objective.state().items():
        if not hasattr(network, "dropout") or not network.dropout:  # drawn by another generator
            np.testing.assert_array_equal(other.state()[name], array)
