"""All recipes by name; each stands beside the experiment that it belongs to."""

from __future__ import annotations

from pathlib import Path

from glassnet.models import Checkpoint, CheckpointError
from glassnet.train.experiments import characters, images, lines, stacked, transformer
from glassnet.train.experiments.recipe import Recipe
from glassnet.train.options import OptionError, TrainingOptions

__all__ = ["DEFAULT_RECIPE", "RECIPES", "recorded_options"]

RECIPES: dict[str, Recipe] = {
    recipe.name: recipe
    for family in (characters, transformer, lines, images, stacked)
    for recipe in family.RECIPES
}
"""All recipes by name."""

DEFAULT_RECIPE = "shakespeare"
"""The recipe that `glassnet train` takes if none is named."""


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
        If the recipe does not exist here, or does not have these options.

    Examples
    --------
    >>> from glassnet.models import SHIPPED, load_checkpoint
    >>> from glassnet.train.recipes import recorded_options
    >>> path = SHIPPED / "shakespeare.npz"
    >>> recorded_options(path, load_checkpoint(path)).ema
    0.998
    """
    if checkpoint.recipe not in RECIPES:
        raise CheckpointError(f"{path}: was trained with no recipe that exists here")
    try:
        return type(RECIPES[checkpoint.recipe].options)().updated(checkpoint.options)
    except OptionError as error:
        raise CheckpointError(f"{path}: its options can't be read: {error}") from error
