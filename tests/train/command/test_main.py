"""The command line of training: its help, the list, and what it refuses."""

import re
from collections.abc import Callable

import pytest

from glassnet.train.command import parser
from glassnet.train.command.main import main
from glassnet.train.recipes import RECIPES

WRONG = {
    "no recipe": (["shakespear"], 2, "no recipe 'shakespear'.*shakespeare"),
    "no option": (["--unit", "3"], 2, "--unit"),
    "a word for a number": (["--units", "many"], 2, "whole number from 1 to [0-9,]+, not 'many'"),
    "zero": (["--k1", "0"], 2, "whole number from 1 to [0-9,]+, not '0'"),
    "not a number": (["--learning-rate", "nan"], 2, "above 0, not 'nan'"),
    "too much dropout": (["--dropout", "1"], 2, "below 1, not '1'"),
    "no optimizer": (["--optimizer", "adm"], 2, "no optimizer 'adm'; did you mean 'adam'"),
    "no schedule": (["--schedule", "linear"], 2, "constant.*cosine"),
    "k2 below k1": (["--k2", "5"], 2, r"--k2 \(5\) must be at least --k1 \(10\)"),
    "missing data": (["--data", "none.txt"], 1, "none.txt"),
    "too short": (["--chunks", "1000"], 1, "too short.*--chunks"),
    "missing checkpoint": (["--resume", "none.npz"], 1, "none.npz: there is no such file"),
    "a recipe to resume": (
        ["--resume", "shakespeare"],
        2,
        "no file 'shakespeare'; shakespeare --resume goes on",
    ),
    "resume and init": (["--resume", "a", "--init-from", "b"], 2, "exclude each other"),
    "save to a file": (["--save", "corpus.txt", "--log", "a.csv"], 1, "corpus.txt: is a file"),
    "a huge network": (["--units", "2000000000"], 2, "parameters: that is too large"),
    "save below a file": (["--save", "corpus.txt/x", "--steps", "1"], 1, "corpus.txt"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_options_get_one_clear_line(
    name: str, train: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    arguments, status, message = WRONG[name]
    try:
        found = train("--k2", "10", *arguments)
    except SystemExit as exit_:
        found = exit_.code
    printed = capsys.readouterr().err
    assert found == status
    assert "Traceback" not in printed
    last = printed.strip().splitlines()[-1]
    assert last.startswith("glassnet train: ")
    assert re.search(message, last), last


def test_the_list_names_all_recipes(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list"]) == 0
    printed = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in printed] == list(RECIPES)


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
        assert "default" in str(action.help) or action.dest == "list", action.dest
