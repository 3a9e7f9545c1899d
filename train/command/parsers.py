"""The parser of `glassnet train` for each recipe, made from the dataclass of its options."""

from __future__ import annotations

import argparse
from pathlib import Path

from glassnet.options import Parser, whole_number
from glassnet.train.options.fields import GROUPS, flag, shown
from glassnet.train.recipes import DEFAULT_RECIPE, RECIPES

__all__ = ["PROGRAM", "parser"]

PROGRAM = "glassnet train"
"""Name of the command."""


def parser(recipe_name: str = DEFAULT_RECIPE) -> Parser:
    """Return the parser of `glassnet train` with the options of one recipe.

    What it parses has no value for an option of the recipe that is not given.

    Parameters
    ----------
    recipe_name : str, default "shakespeare"
        A key of `RECIPES`.

    Returns
    -------
    Parser
        The parser, with the options of data, network, training and run in groups.

    Examples
    --------
    >>> from glassnet.train.command import parser
    >>> parser("simple-autoencoder").parse_args(["--learning-rate", "0.5"]).learning_rate
    0.5
    """
    options = RECIPES[recipe_name].options
    fields = options.fields()
    others = {name for recipe in RECIPES.values() for name in recipe.options.fields()}
    parser = Parser(
        PROGRAM,
        "[RECIPE] [options]",
        "Train a network. Its recipe names the network, its data and its training; the defaults "
        f"below are those of {recipe_name!r}.",
        elsewhere=[flag(name) for name in sorted(others - set(fields))],
        subject=f"the recipe {recipe_name!r}",
    )
    parser.add_argument(
        "recipe",
        nargs="?",
        metavar="RECIPE",
        help="name of the recipe, or FILE.py:NAME for one in a file of your own, which is run "
        f"(default: {DEFAULT_RECIPE})",
    )
    add = parser.add_argument
    add(
        "--list",
        action="store_true",
        help="print the recipes; with FILE.py, its own as well",
    )
    add(
        "--resume",
        nargs="?",
        const="",
        metavar="FILE",
        help="go on exactly with the training saved in FILE: results go into its folder, options "
        "come from it, and a finished run needs a larger --epochs (default: SAVE/last.npz)",
    )
    add(
        "--init-from",
        type=Path,
        metavar="FILE",
        help="start a new training with the weights of FILE (default: random weights)",
    )
    add(
        "--evaluate",
        type=Path,
        metavar="FILE",
        help="print the loss of the network in FILE instead of training, as glassnet evaluate does",
    )
    for group in GROUPS:
        section = parser.add_argument_group(group)
        for name, field in fields.items():
            if field.group == group:
                section.add_argument(
                    flag(name),
                    dest=name,
                    type=field.parse,
                    default=argparse.SUPPRESS,
                    metavar=field.metavar,
                    help=f"{field.help} (default: {shown(getattr(options, name))})".replace(
                        "%", "%%"
                    ),
                )
    section.add_argument(
        "--steps",
        type=whole_number(1),
        metavar="N",
        help="stop after N updates; with --resume, after N more (default: no limit)",
    )
    section.add_argument(
        "--save",
        type=Path,
        metavar="FOLDER",
        help="folder for last.npz, best.npz and log.csv (default: saves/RECIPE)",
    )
    section.add_argument(
        "--log",
        type=Path,
        metavar="FILE",
        help="path of the CSV log (default: SAVE/log.csv)",
    )
    return parser
