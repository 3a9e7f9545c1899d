"""The parser of each recipe: its options, their defaults, and its help."""

import re

import pytest

from glassnet.train.command import parser
from glassnet.train.command.main import main
from glassnet.train.recipes import RECIPES


@pytest.mark.parametrize("recipe", RECIPES)
def test_help_shows_the_options_of_this_recipe_only(
    recipe: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([recipe, "--help"]) == 0
    printed = capsys.readouterr().out
    assert f"those of '{recipe}'" in " ".join(printed.split())
    assert max(map(len, printed.splitlines())) < 80
    shown = set(re.findall(r"^  (--[a-z0-9-]+)", printed, re.MULTILINE))
    common = {"--list", "--resume", "--init-from", "--evaluate", "--steps", "--save", "--log"}
    assert shown == common | {f"--{name}" for name in RECIPES[recipe].options.header()}


@pytest.mark.parametrize("recipe", RECIPES)
def test_help_tells_every_default(recipe: str) -> None:
    for action in parser(recipe)._actions[1:]:  # after --help
        assert "(default: " in str(action.help) or action.dest in ("list", "evaluate"), action.dest


def test_only_what_is_given_is_parsed() -> None:
    given = vars(parser("simple-autoencoder").parse_args(["--code", "8"]))
    assert given["code"] == 8
    assert "batch" not in given
