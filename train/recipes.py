"""All recipes by name; glassnet's own stand beside the experiments that they belong to."""

from __future__ import annotations

from pathlib import Path

from glassnet.models import Checkpoint, CheckpointError, Network, StructureError
from glassnet.models.structure.registry import layer_class
from glassnet.modules import ModuleError, import_file
from glassnet.train.experiments import characters, images, lines, stacked, transformer
from glassnet.train.experiments.recipe import Recipe
from glassnet.train.options import OptionError, TrainingOptions

__all__ = ["DEFAULT_RECIPE", "RECIPES", "load_recipes", "recorded_options"]

RECIPES: dict[str, Recipe] = {
    recipe.name: recipe
    for family in (characters, transformer, lines, images, stacked)
    for recipe in family.RECIPES
}
"""All recipes by name; `load_recipes` adds those of a file."""

DEFAULT_RECIPE = "shakespeare"
"""The recipe that `glassnet train` takes if none is named."""


def load_recipes(path: Path | str) -> dict[str, Recipe]:
    """Add the recipes of a Python file to `RECIPES`.

    Parameters
    ----------
    path : Path or str
        The file, which is run. It has a tuple `RECIPES`, and registers the classes of its networks
        with `glassnet.models.register`.

    Returns
    -------
    dict[str, Recipe]
        The file's recipes by name.

    Raises
    ------
    ModuleError
        If there is no such file, it raises an error, it has no recipes, one has the name of
        another recipe, or the class of a network is not registered.

    Examples
    --------
    >>> from pathlib import Path
    >>> from glassnet.train import RECIPES, load_recipes
    >>> _ = Path("small_recipes.py").write_text('''
    ... from glassnet.models import CharacterLSTM
    ... from glassnet.train import Recipe
    ... from glassnet.train.experiments import CharacterExperiment, LSTMOptions
    ...
    ... options = LSTMOptions(cell="gru", units=32)
    ... RECIPES = (Recipe("small", "a small GRU", CharacterLSTM, CharacterExperiment, options),)
    ... ''')
    >>> list(load_recipes("small_recipes.py"))
    ['small']
    >>> RECIPES.pop("small").description
    'a small GRU'
    """
    found = getattr(import_file(path), "RECIPES", None)
    if not (isinstance(found, tuple) and found and all(isinstance(each, Recipe) for each in found)):
        raise ModuleError(f"{path}: has no RECIPES, a tuple of glassnet.train.Recipe")
    recipes: dict[str, Recipe] = {}
    for recipe in found:
        known = {**RECIPES, **recipes}
        if recipe.name in known and known[recipe.name] is not recipe:
            raise ModuleError(
                f"{path}: there is another recipe {recipe.name!r}; give this one a name of its own"
            )
        if not _is_registered(recipe.network):
            name = recipe.network.__name__
            raise ModuleError(
                f"{path}: the network of {recipe.name!r} can't be saved: write "
                f"@glassnet.models.register above class {name}"
            )
        recipes[recipe.name] = recipe
    RECIPES.update(recipes)
    return recipes


def _is_registered(network: type[Network]) -> bool:
    try:
        return layer_class(network.kind) is network
    except StructureError:
        return False


def recorded_options(path: Path | str, checkpoint: Checkpoint) -> TrainingOptions:
    """Return the options that a checkpoint was trained with.

    Options that did not exist then have the defaults of the recipe's class: those of the recipe
    itself may have changed since.

    Parameters
    ----------
    path : Path or str
        Where the checkpoint is from, for errors.
    checkpoint : Checkpoint
        The checkpoint.

    Returns
    -------
    TrainingOptions
        Of the recipe's class.

    Raises
    ------
    CheckpointError
        If there was no recipe, it is not known here, or it does not have these options.

    Examples
    --------
    >>> from glassnet.models import SHIPPED, load_checkpoint
    >>> from glassnet.train.recipes import recorded_options
    >>> path = SHIPPED / "shakespeare.npz"
    >>> recorded_options(path, load_checkpoint(path)).ema
    0.998
    """
    if checkpoint.recipe not in RECIPES:
        if not checkpoint.recipe:
            raise CheckpointError(f"{path}: was trained without a recipe")
        raise CheckpointError(
            f"{path}: was trained with the recipe {checkpoint.recipe!r}, which is not known here; "
            "--recipes names a file that has it"
        )
    try:
        return type(RECIPES[checkpoint.recipe].options)().updated(checkpoint.options)
    except OptionError as error:
        raise CheckpointError(f"{path}: its options can't be read: {error}") from error
