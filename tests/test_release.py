"""What a release says in several places is the same in all; what newcomers are told is there."""

import configparser
import os
import re
from pathlib import Path

import numpy as np
import pytest

import glassnet

ROOT = Path(__file__).resolve().parents[1]
FORMS = sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml"))


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def setup(section: str, option: str) -> str:
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg", encoding="utf-8")
    return config[section][option]


def test_the_version_is_the_same_everywhere() -> None:
    released = re.search(r"^## \[(\d.*)\] - ", text("CHANGELOG.md"), re.MULTILINE)
    cited = re.search(r"^version: (.*)$", text("CITATION.cff"), re.MULTILINE)
    assert released is not None
    assert cited is not None
    assert {released[1], cited[1], setup("metadata", "version")} == {glassnet.__version__}


def test_the_date_is_the_same_everywhere() -> None:
    released = re.search(r"^## \[\d.*\] - (.*)$", text("CHANGELOG.md"), re.MULTILINE)
    cited = re.search(r'^date-released: "(.*)"$', text("CITATION.cff"), re.MULTILINE)
    assert released is not None
    assert cited is not None
    assert released[1] == cited[1]
    np.datetime64(released[1])  # a date


def test_ci_tries_the_pythons_and_the_oldest_numpy_that_setup_cfg_names() -> None:
    workflow = text(".github/workflows/ci.yml")
    pythons = re.findall(r"Python :: (3\.\d+)", setup("metadata", "classifiers"))
    assert re.search(r"python: \[(.*)\]", workflow)[1] == ", ".join(f'"{p}"' for p in pythons)
    oldest = re.search(r"^numpy>=([\d.]+)$", setup("options", "install_requires"), re.MULTILINE)[1]
    for name in (".github/workflows/ci.yml", "CONTRIBUTING.md"):
        assert re.findall(r"numpy==([\d.]+)", text(name)) == [f"{oldest}.0"]
    assert setup("options", "python_requires") == f">={pythons[0]}"


def test_a_newcomer_gets_five_commands_that_are_there() -> None:
    block = re.search(r"```console\n(.*?)```", text("CONTRIBUTING.md"), re.DOTALL)
    commands = block[1].splitlines()
    assert len(commands) == 5
    _, install, hooks, tests, checks = commands
    assert install in [f"{line} pre-commit" for line in text("README.md").splitlines()]
    assert hooks.startswith("pre-commit")
    assert (ROOT / ".pre-commit-config.yaml").is_file()
    assert tests in text(".ci/run")
    assert os.access(ROOT / checks, os.X_OK)


def test_what_contributing_names_is_there() -> None:
    words = re.findall(r"`([\w./*-]+)`", text("CONTRIBUTING.md"))
    paths = [word for word in words if "/" in word and not word.startswith("/")]
    assert len(paths) > 8
    assert [path for path in paths if not any(ROOT.glob(path))] == []


def test_the_checkpoint_format_of_this_version_is_in_the_policies() -> None:
    from glassnet.models.checkpoint import FORMAT

    rows = re.findall(r"^\| (\d+) \| ([\d.]+) \|", text("docs/policies.md"), re.MULTILINE)
    assert [int(number) for number, _ in rows] == list(range(1, FORMAT + 1))


def test_the_tutorial_quotes_measurements_of_the_page_on_performance() -> None:
    quoted = re.findall(r"\b\d+,\d{3}\b", text("docs/tutorial/speed.md"))
    assert len(quoted) == 8
    measured = text("docs/performance.md")
    assert [number for number in quoted if number not in measured] == []
    rates = re.search(r"from (\d+) to (\d+) GFLOP/s", text("docs/tutorial/speed.md"))
    assert re.search(rf"^ +25 .* {rates[1]} +{rates[2]}$", measured, re.MULTILINE)


# -- YAML ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [*FORMS, ROOT / ".github/workflows/ci.yml", ROOT / "CITATION.cff"],
    ids=lambda path: path.name,
)
def test_yaml_is_yaml(path: Path) -> None:
    yaml = pytest.importorskip("yaml")
    assert isinstance(yaml.safe_load(path.read_text(encoding="utf-8")), dict)


@pytest.mark.parametrize(
    "path", [path for path in FORMS if path.stem != "config"], ids=lambda path: path.name
)
def test_a_form_has_what_the_host_asks_for(path: Path) -> None:
    yaml = pytest.importorskip("yaml")
    form = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert {"name", "description", "body"} <= form.keys()
    ids = [part["id"] for part in form["body"]]
    assert len(set(ids)) == len(ids)
    assert all(part["attributes"]["label"] for part in form["body"])
