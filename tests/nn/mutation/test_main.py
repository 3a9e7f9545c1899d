import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from glassnet.nn.mutation.__main__ import main
from tests.test_docs import blocks

ROOT = Path(__file__).parents[3]
SCALE = """from glassnet.nn import Layer

class Scale(Layer):
    def forward(self, x, train=False):
        return 2 * x

    def backward(self, dy):
        return 2 * dy

class Other(Layer):
    pass

def half(x):
    return x / 2
"""
TEST = """import numpy as np
from scale import Scale, half

def test_forward():
    assert Scale().forward(np.full(3, 2.0)).sum() == 12

def test_half():
    assert half(4) == 2
"""


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "glassnet.nn.mutation", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTEST_ADDOPTS": ""}
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, env=environment)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "scale.py").write_text(SCALE, encoding="utf-8")
    (tmp_path / "test_scale.py").write_text(TEST, encoding="utf-8")
    return tmp_path


def lines(output: str) -> list[str]:
    return re.sub(r"\(\d+\.\d s\)", "(# s)", output).splitlines()


def test_what_no_test_notices_is_shown(folder: Path) -> None:
    done = run(folder, "scale.py::Scale")
    assert lines(done.stdout) == [
        "scale.py::Scale: 2 of 5 wrong versions are noticed by test_scale.py (# s); 3 are not:",
        "",
        "scale.py:4: all tests pass",
        "- def forward(self, x, train=False):",
        "+ def forward(self, x, train=True):",
        "",
        "scale.py:8: no test reaches this line",
        "- return 2 * dy",
        "+ return 2 / dy",
        "",
        "scale.py:8: no test reaches this line",
        "- return 2 * dy",
        "+ return 3 * dy",
    ]
    assert done.returncode == 1, done.stderr
    assert (folder / "scale.py").read_text("utf-8") == SCALE


def test_all_may_be_noticed(folder: Path) -> None:
    (folder / "tests").mkdir()
    (folder / "test_scale.py").rename(folder / "tests" / "test_scale.py")
    done = run(folder, "scale.py::half")
    assert lines(done.stdout) == [
        "scale.py::half: 2 of 2 wrong versions are noticed by tests/test_scale.py (# s)"
    ]
    assert done.returncode == 0, done.stderr


def test_a_layer_of_a_package_with_tests_elsewhere(folder: Path) -> None:
    package = folder / "mine" / "layers"
    package.mkdir(parents=True)
    for place in (package, package.parent):
        (place / "__init__.py").touch()
    (folder / "scale.py").rename(package / "scale.py")
    text = TEST.replace("from scale", "from mine.layers.scale")
    (folder / "checks.py").write_text(text, encoding="utf-8")
    done = run(folder, "mine/layers/scale.py::half", "--tests", "checks.py", "--jobs", "1")
    assert done.stdout.startswith("mine/layers/scale.py::half: 2 of 2 wrong versions")
    assert done.returncode == 0, done.stderr


def test_an_example_takes_the_place_of_tests(folder: Path) -> None:
    done = run(folder, "scale.py::Scale", "--example", "Scale()", "--shape", "2,3")
    assert lines(done.stdout)[0] == (
        "scale.py::Scale: 4 of 5 wrong versions are noticed by check_layer (# s); 1 is not:"
    )
    assert done.returncode == 1, done.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("none.py", "there is no file none.py"),
        ("broken.py", "broken.py:1: "),
        ("scale.py::Scael", "scale.py has no class or function Scael; did you mean Scale?"),
        ("scale.py::Z", "scale.py has no class or function Z; it has Scale, Other, half"),
        ("scale.py::Other", "there is nothing to change in scale.py::Other"),
        ("alone.py", "there is no test_alone.py beside alone.py or in a folder tests; name the"),
        ("scale.py --tests no.py", "there is no file no.py"),
        ("scale.py --tests empty.py", "pytest finds no tests in "),
        ("scale.py --tests failing.py", "failing.py::test_two: fails without any change"),
        ("scale.py --tests broken.py", "broken.py: "),
        ("scale.py --tests alone.py --example Scale()", "choose one of --tests and --example"),
        ("scale.py --example Scale()", "--example needs --shape, the shape of an input, such"),
        ("scale.py --shape 2", "--shape goes with --example, an expression such as 'RMSNorm(4)'"),
        ("scale.py --shape 2,x", "argument --shape: '2,x' is not a shape such as 3,4; --help"),
        ("scale.py --jobs 0", "argument --jobs: '0' is not a whole number of at least 1; --help"),
        ("scale.py --example Scale(3) --shape 2", "--example Scale(3) fails without any change: "),
        ("scale.py --example Other() --shape 2", "--example Other() fails without any change: "),
    ],
)
def test_errors_are_one_line(folder: Path, arguments: str, message: str) -> None:
    (folder / "broken.py").write_text("def f(:\n", encoding="utf-8")
    (folder / "alone.py").write_text("ONE = 1\n", encoding="utf-8")
    (folder / "empty.py").touch()
    (folder / "failing.py").write_text(
        "def test_one(): pass\ndef test_two(): assert 1 == 2\n", encoding="utf-8"
    )
    done = run(folder, *arguments.split())
    assert done.stderr.startswith(f"python -m glassnet.nn.mutation: {message}")
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""
    assert done.returncode == 2


def test_a_missing_pytest_is_named(folder: Path) -> None:
    (folder / "pytest.py").write_text("raise ModuleNotFoundError", encoding="utf-8")
    done = run(folder, "scale.py")
    message = "python -m glassnet.nn.mutation: this needs pytest; run `pip install pytest`\n"
    assert (done.stderr, done.returncode) == (message, 2)


def test_help_names_the_options(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    out = capsys.readouterr().out
    assert "--tests FILE [FILE ...]" in out
    assert "Exit status: 0 if all wrong versions are noticed" in out


def test_the_example_in_the_documentation(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "gradient-checks.md").read_text("utf-8")
    code = [block.text for block in blocks(page) if block.language == "python"]
    section = page[page.index("## Mistakes that a test would miss") :]
    shown = [block for block in blocks(section) if block.language in {"console", "text"}]
    (tmp_path / "rms_norm.py").write_text(code[0], encoding="utf-8")
    (tmp_path / "test_rms_norm.py").write_text(
        "from rms_norm import RMSNorm\n" + code[1], encoding="utf-8"
    )
    program, *arguments = shown[0].text.split()[3:]
    assert program == "glassnet.nn.mutation"
    assert lines(run(tmp_path, *arguments).stdout) == lines(shown[1].text)
    more = next(block.text for block in blocks(section) if block.language == "python")
    with (tmp_path / "test_rms_norm.py").open("a", encoding="utf-8") as file:
        file.write("\nimport numpy as np\n" + more)
    assert lines(run(tmp_path, *arguments).stdout) == lines(shown[2].text)


@pytest.mark.slow
def test_it_works_where_glassnet_is_installed(folder: Path) -> None:
    """In site-packages, without hypothesis and without a repository."""
    installed = folder / "environment" / "site-packages" / "glassnet"
    installed.mkdir(parents=True)
    shutil.copy(ROOT / "glassnet" / "__init__.py", installed)
    for name in ("errors", "files", "text", "command", "options"):
        shutil.copy(ROOT / "glassnet" / f"{name}.py", installed)
    shutil.copytree(ROOT / "nn", installed / "nn")
    command = [sys.executable, "-m", "glassnet.nn.mutation", "scale.py::half"]
    environment = {**os.environ, "PYTHONPATH": str(installed.parent), "PYTEST_ADDOPTS": ""}
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, env=environment)
    assert done.stdout.startswith("scale.py::half: 2 of 2"), done.stderr
