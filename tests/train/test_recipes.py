import re
from pathlib import Path

import pytest

from glassnet.models import Checkpoint, CheckpointError
from glassnet.modules import ModuleError
from glassnet.train.experiments import LSTMOptions
from glassnet.train.recipes import DEFAULT_RECIPE, RECIPES, load_recipes, recorded_options


def test_their_names_are_those_they_are_found_by() -> None:
    assert len(RECIPES) == 15
    assert all(name == recipe.name for name, recipe in RECIPES.items())
    assert DEFAULT_RECIPE in RECIPES


def test_options_of_later_versions_have_the_defaults_of_the_class() -> None:
    recipe = "shakespeare-regularized"
    options = recorded_options("a.npz", Checkpoint("", {}, {}, recipe, {"units": 8}))
    assert options.header() == LSTMOptions().header() | {"units": 8}
    assert options.header() != RECIPES[recipe].options.header() | {"units": 8}


@pytest.mark.parametrize(
    ("recipe", "message"),
    [
        ("", "a.npz: was trained without a recipe"),
        ("mine", "a.npz: was trained with the recipe 'mine', which is not known here; --recipes "),
    ],
)
def test_a_checkpoint_without_a_recipe_that_is_known(recipe: str, message: str) -> None:
    with pytest.raises(CheckpointError) as error:
        recorded_options("a.npz", Checkpoint("", {}, {}, recipe))
    assert str(error.value).startswith(message)


# -- recipes in a file of the user's own ----------------------------------------------------------

IMPORTS = """
from glassnet.models import CharacterLSTM, register
from glassnet.train import Recipe
from glassnet.train.experiments import CharacterExperiment, LSTMOptions

class Own(CharacterLSTM):
    kind = "own-lstm"

def recipe(name, network=CharacterLSTM):
    return Recipe(name, "", network, CharacterExperiment, LSTMOptions(units=4))

"""


def test_recipes_of_a_file_are_added(tmp_path: Path) -> None:
    path = tmp_path / "recipes_added.py"
    path.write_text(IMPORTS + "register(Own)\nRECIPES = (recipe('one'), recipe('two', Own))\n")
    found = load_recipes(path)
    try:
        assert list(found) == list(RECIPES)[-2:] == ["one", "two"]
        assert load_recipes(path) == found  # which adds nothing
        assert len(RECIPES) == 17
    finally:
        del RECIPES["one"], RECIPES["two"]


WRONG = {
    "": "has no RECIPES, a tuple of glassnet.train.Recipe",
    "RECIPES = ()": "has no RECIPES, a tuple of",
    "RECIPES = (recipe('one'), 'two')": "has no RECIPES, a tuple of",
    "from glassnet.train import RECIPES": "has no RECIPES, a tuple of",
    "RECIPES = (recipe('one'), recipe('shakespeare'))": "there is another recipe 'shakespeare'",
    "RECIPES = (recipe('one'), recipe('one'))": "there is another recipe 'one'; give this one a",
    "RECIPES = (recipe('one', Own),)": "the network of 'one' can't be saved: write @.* class Own",
}


@pytest.mark.parametrize("number", range(len(WRONG)))
def test_what_is_wrong_in_a_file(number: int, tmp_path: Path) -> None:
    source, message = list(WRONG.items())[number]
    path = tmp_path / f"recipes_wrong{number}.py"
    path.write_text(IMPORTS + source)
    before = dict(RECIPES)
    with pytest.raises(ModuleError, match=f"^{re.escape(str(path))}: {message}"):
        load_recipes(path)
    assert before == RECIPES
