import pytest

from glassnet.train.data import Images
from glassnet.train.experiments import images as train_images
from glassnet.train.recipes import RECIPES


def test_it_loads_its_experiment_with_changed_options(
    digits: Images, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(train_images, "load_images", lambda name: digits)
    recipe = RECIPES["simple-autoencoder"]
    experiment = recipe.load(recipe.options.updated({"code": 3, "batch": 7}))
    assert isinstance(experiment, recipe.experiment)
    network = experiment.network()
    assert isinstance(network, recipe.network)
    assert network.configuration["code"] == 3
    assert (experiment.rows, experiment.data) == (7, "digits")
