import pytest

from glassnet.models import Checkpoint, CheckpointError
from glassnet.train.experiments import LSTMOptions
from glassnet.train.recipes import DEFAULT_RECIPE, RECIPES, recorded_options


def test_their_names_are_those_they_are_found_by() -> None:
    assert len(RECIPES) == 15
    assert all(name == recipe.name for name, recipe in RECIPES.items())
    assert DEFAULT_RECIPE in RECIPES


def test_options_of_later_versions_have_the_defaults_of_the_class() -> None:
    recipe = "shakespeare-regularized"
    options = recorded_options("a.npz", Checkpoint("", {}, {}, recipe, {"units": 8}))
    assert options.header() == LSTMOptions().header() | {"units": 8}
    assert options.header() != RECIPES[recipe].options.header() | {"units": 8}


def test_a_checkpoint_without_a_recipe() -> None:
    with pytest.raises(CheckpointError, match=r"a\.npz: was trained with no recipe"):
        recorded_options("a.npz", Checkpoint("", {}, {}, "of somebody else"))
