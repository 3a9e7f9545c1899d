"""Reading the command line of `glassnet train`: which run it asks for."""

from __future__ import annotations

import argparse
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from glassnet.errors import UsageError, UserError, no_such
from glassnet.models import Checkpoint, load_checkpoint
from glassnet.options import scan
from glassnet.train.command.parsers import parser
from glassnet.train.options import TrainingOptions, flag
from glassnet.train.options.fields import shown
from glassnet.train.recipes import DEFAULT_RECIPE, RECIPES, load_recipes, recorded_options
from glassnet.train.run.files import LAST, LOG
from glassnet.train.run.run import Run

_EVALUATING = {"evaluate", "data", "validation", "list"}


@dataclass(frozen=True)
class Request:
    """What a command line may ask for instead of a run: an evaluation, or the list of recipes.

    Attributes
    ----------
    evaluate : Path or None
        The checkpoint to evaluate; None asks for the list.
    data, validation
        The data to evaluate it on, as in `evaluate`.
    """

    evaluate: Path | None = None
    data: str | None = None
    validation: float | None = None


def read_request(arguments: list[str], under_mpi: bool) -> Run | Request:
    """Return what the command line asks for.

    Parameters
    ----------
    arguments : list[str]
        The words after the command's name.
    under_mpi : bool
        Whether mpiexec started this process, and thus says how many train.

    Raises
    ------
    UsageError
        If the words make no sense together.
    ModuleError
        If the recipe is in a file that can't be run.
    CheckpointError
        If the checkpoint to start from can't be read.
    """
    # Which options there are depends on the recipe, so that is read first.
    typed, file = _read_recipe(arguments)
    resumed = _resumed(typed)
    start = None if resumed is None else load_checkpoint(resumed)
    recipe_name = typed.recipe or (start.recipe if start else DEFAULT_RECIPE)
    if start is None and not typed.evaluate and recipe_name not in RECIPES:
        raise UsageError(no_such("recipe", recipe_name, RECIPES))
    known = recipe_name if recipe_name in RECIPES else DEFAULT_RECIPE
    given = parser(known).parse_args(arguments)
    given.recipe = typed.recipe
    explicit = {name: value for name, value in vars(given).items() if name in _fields(known)}
    if given.list:
        return Request()
    if given.evaluate:
        _check_evaluation(given)
        return Request(given.evaluate, explicit.get("data"), explicit.get("validation"))
    if under_mpi and explicit.get("workers"):
        raise UsageError("--workers shares one machine; under mpiexec its -n says how many train")
    if start is not None:
        assert resumed is not None
        options = _resumed_options(resumed, start, explicit, given.recipe)
    else:
        options = RECIPES[recipe_name].options
        structure: dict[str, str | float] = {}
        if given.init_from:
            start = load_checkpoint(given.init_from)
            structure = _structure_of(given.init_from, start, explicit, recipe_name)
        options = options.updated(_header(explicit) | structure)
    folder = given.save or (resumed.parent if resumed else Path("saves") / recipe_name)
    return Run(
        recipe=recipe_name,
        options=options,
        folder=folder,
        log=given.log or folder / LOG,
        fallback="data" not in explicit and resumed is None,
        steps=given.steps,
        start=start,
        resumed=resumed,
        recipes=file,
    )


def _read_recipe(arguments: list[str]) -> tuple[argparse.Namespace, Path | None]:
    """Return the words as they were typed, and the user's file that has the recipe, if any.

    The recipes of that file are loaded, and of FILE.py:NAME the name is left.
    """
    typed = _typed(arguments)
    # The file says which options its recipes have: until it is read, the value of one of them may
    # be taken for the recipe.
    words = [typed.recipe or "", *(word for word in arguments if ".py:" in word)]
    matches = (re.fullmatch(r"([^-].*\.py)(?::(.*))?", word) for word in words)
    found = next(filter(None, matches), None)
    if found is None:
        return typed, None
    file, name = Path(found[1]), found[2]
    recipes = load_recipes(file)
    typed = _typed(arguments)
    if name and name not in recipes:
        raise UsageError(f"{file}: {no_such('recipe', name, recipes)}")
    if not (name or typed.resume or typed.evaluate or typed.list):
        raise UsageError(f"{file}: name one of its recipes, as in {file}:{next(iter(recipes))}")
    typed.recipe = None if typed.evaluate else name or None
    return typed, file


def _typed(arguments: list[str]) -> argparse.Namespace:
    return scan([parser(name) for name in RECIPES], arguments)


def _resumed(typed: argparse.Namespace) -> Path | None:
    """Return the checkpoint whose training is to go on, if any."""
    if typed.resume is None or typed.evaluate or typed.list:
        return None
    if typed.init_from:
        raise UsageError("--resume and --init-from exclude each other")
    if typed.resume in RECIPES and not Path(typed.resume).exists():
        raise UsageError(
            f"there is no file {typed.resume!r}; {typed.resume} --resume goes on with the last "
            "run of that recipe"
        )
    if typed.resume:
        path = Path(typed.resume)
        if (path / LAST).is_file():
            raise UserError(f"{path}: is a folder; did you mean {path / LAST}?")
        return path
    return Path(typed.save or Path("saves") / (typed.recipe or DEFAULT_RECIPE)) / LAST


def _fields(recipe_name: str) -> Mapping[str, object]:
    return RECIPES[recipe_name].options.fields()


def _header(values: Mapping[str, str | float]) -> dict[str, str | float]:
    """Return values by the command line's names instead of the fields'."""
    return {flag(name)[2:]: value for name, value in values.items()}


def _check_evaluation(given: argparse.Namespace) -> None:
    for name, value in vars(given).items():
        if value is not None and name not in _EVALUATING:
            option = name if name == "recipe" else flag(name)
            raise UsageError(f"--evaluate goes with --data and --validation only, not {option}")


def _resumed_options(
    path: Path, start: Checkpoint, explicit: Mapping[str, str | float], recipe: str | None
) -> TrainingOptions:
    """Return the options of a run that goes on, of which only some may change."""
    if not start.training:
        raise UsageError(f"{path} holds only weights; --init-from starts a new training with them")
    if recipe and recipe != start.recipe:
        raise UsageError(f"{path} was trained with the recipe {start.recipe!r}, not {recipe!r}")
    if start.recipe not in RECIPES:
        raise UsageError(
            f"{path} was trained with the recipe {start.recipe!r}, which is not known here; "
            f"FILE.py:{start.recipe} names the file that has it"
        )
    options = recorded_options(path, start)
    for name, value in explicit.items():
        before = getattr(options, name)
        if not options.fields()[name].resumable and value != before:
            raise UsageError(
                f"{flag(name)} is {shown(before)} in {path} and can't change on --resume; "
                "--init-from starts a new training with its weights"
            )
    return options.updated(_header(explicit))


def _structure_of(
    path: Path, start: Checkpoint, explicit: Mapping[str, str | float], recipe_name: str
) -> dict[str, str | float]:
    """Return the options that decide which weights there are, as a checkpoint has them."""
    recipe = RECIPES[recipe_name]
    if start.kind != recipe.network.kind:
        raise UsageError(
            f"{path} holds a {start.kind}, but {recipe_name} is a {recipe.network.kind}"
        )
    # Not start.configuration: it may come from a version that had fewer options.
    configuration = start.build().configuration
    structure = {}
    for name, field in recipe.options.fields().items():
        if field.structural:
            value = configuration[name]
            assert isinstance(value, str | float | int)
            if explicit.get(name, value) != value:
                raise UsageError(
                    f"{flag(name)} {explicit[name]} does not fit {path}, which has {value}"
                )
            structure[flag(name)[2:]] = value
    return structure
