"""Every `python` block of README.md and of the pages in docs/ runs, and does what the page says.

The blocks of a page share one namespace, and the test functions among them are called. A block
marked `output` stands below a python block and shows what that one prints; numbers may differ by
rounding. A page runs in an empty folder that has links to the files of `saves/`.
"""

import contextlib
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from glassnet import nn
from glassnet.train.data.registry import IMAGES, TEXTS

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]

NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?")


class Block(NamedTuple):
    language: str
    line: int  # of its first line in the page, from 1
    text: str


def blocks(page: str) -> Iterator[Block]:
    """The fenced blocks of a page, indented ones included."""
    for found in re.finditer(
        r"^( *)```([\w-]*)[^\n]*\n(.*?)^\1```", page, re.MULTILINE | re.DOTALL
    ):
        indent, language, text = found.groups()
        line = page.count("\n", 0, found.start()) + 2
        yield Block(language, line, re.sub(f"^{indent}", "", text, flags=re.MULTILINE))


def run(page: str, name: str) -> None:
    """Run a page's python blocks, call their tests and compare what they print."""
    namespace: dict[str, object] = {"__name__": Path(name).stem}
    printed = ""
    for block in blocks(page):
        if block.language == "python":
            before = dict(namespace)
            # Empty lines in front: a traceback names the line of the page.
            code = compile("\n" * (block.line - 1) + block.text, name, "exec")
            with contextlib.redirect_stdout(io.StringIO()) as stream:
                exec(code, namespace)
                for key, value in list(namespace.items()):
                    if key.startswith("test_") and value is not before.get(key):
                        value()  # type: ignore[operator]
            printed = stream.getvalue()
        elif block.language == "output":
            compare(printed, block.text, f"{name}, line {block.line}")


def compare(printed: str, shown: str, where: str) -> None:
    assert NUMBER.sub("#", printed) == NUMBER.sub("#", shown), where
    numbers = [float(number) for number in NUMBER.findall(printed)]
    assert numbers == pytest.approx([float(n) for n in NUMBER.findall(shown)], rel=1e-5), where


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_page(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if not page.exists():
        pytest.skip(f"{page.name} is not there")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "saves").mkdir()
    for saved in (ROOT / "saves").glob("*.*"):
        (tmp_path / "saves" / saved.name).symlink_to(saved)
    run(page.read_text(encoding="utf-8"), str(page))


# -- the runner itself --------------------------------------------------------------------------


def test_blocks_share_a_namespace_and_tests_are_called_once() -> None:
    page = """
```python
calls = []
def test_one():
    calls.append(1)
```
```text
raise SystemExit
```
1. In a list:
   ```python
   def test_two():
       calls.append(2)
   ```
```python
def test_three():
    assert calls == [1, 2]
print(1 / 3, "and -2.50")
```
```output
0.3333333 and -2.5
```
"""
    run(page, "page.md")
    assert [block.language for block in blocks(page)] == [
        "python",
        "text",
        "python",
        "python",
        "output",
    ]


@pytest.mark.parametrize(
    ("block", "error"),
    [
        ("1 / 0", ZeroDivisionError),
        ("def test_wrong():\n    assert False", AssertionError),
        ('print("x = 1.5")\n```\n```output\nx = 1.6', AssertionError),
        ('print("x = 1.5")\n```\n```output\ny = 1.5', AssertionError),
        ("pass\n```\n```output\nx", AssertionError),
    ],
)
def test_what_is_wrong_in_a_page_is_found(block: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        run(f"text\n```python\n{block}\n```\n", "page.md")


def test_a_traceback_names_the_line_of_the_page() -> None:
    with pytest.raises(ZeroDivisionError) as caught:
        run("one\ntwo\n```python\nx = 1\nx / 0\n```\n", "page.md")
    last = caught.traceback[-1]
    assert (str(last.path).endswith("page.md"), last.lineno + 1) == (True, 5)


# -- what pages name ----------------------------------------------------------------------------

FOLDERS = {"nn", "models", "train", "sample", "visualize", "tests", "benchmarks", "examples"}
FOLDERS |= {"convert", "docs", "glassnet", "learn"}


def missing_paths(text: str) -> list[str]:
    """The paths in backquotes that begin with a folder of the repository and do not exist."""
    paths = re.findall(r"`(?:python )?([\w.-]+/[\w./-]*)[^`]*`", text)
    inside = [path for path in paths if path.partition("/")[0] in FOLDERS]
    return [path for path in inside if not (ROOT / path).exists()]


@pytest.mark.parametrize(
    "page",
    [*PAGES, ROOT / "CONTRIBUTING.md", *ROOT.rglob("[nmtsv]*/**/__init__.py")],
    ids=lambda page: str(page.relative_to(ROOT)),
)
def test_the_files_that_a_page_names_exist(page: Path) -> None:
    assert missing_paths(page.read_text(encoding="utf-8")) == []


def test_a_missing_path_is_found() -> None:
    text = "see `nn/layer.py`, `nn/missing.py` and `python benchmarks/none.py --help`; `and/or`"
    assert missing_paths(text) == ["nn/missing.py", "benchmarks/none.py"]


def test_the_page_of_options_lists_every_data_set() -> None:
    page = (ROOT / "docs" / "options.md").read_text(encoding="utf-8")
    table = page.split("### Data sets")[1].split("<!--")[0]
    assert re.findall(r"^\| `([\w-]+)` \|", table, re.MULTILINE) == [*TEXTS, *IMAGES]


def test_the_page_of_networks_lists_every_layer_loss_and_optimizer() -> None:
    page = (ROOT / "docs" / "network.md").read_text(encoding="utf-8")
    listed = re.findall(r"`(\w+)`", page.split("## What there is")[1].split("\n## ")[0])
    public = {name: getattr(nn, name) for name in nn.__all__}
    blocks = {
        name
        for name, value in public.items()
        if (isinstance(value, type) and issubclass(value, (nn.Layer, nn.Optimizer)))
        or getattr(value, "__module__", "") == nn.mean_squared_error.__module__
    } - {"Layer", "Optimizer"}
    assert blocks - set(listed) == set()
    assert set(listed) - set(public) == set()
    assert len(listed) == len(set(listed))


def test_the_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 200


# What docs/architecture.md promises: whoever adds such a thing touches at most three files, beside
# the name in a package's __init__.py for those who import it from there.
ADDITIONS = {
    "a layer": r"\bGaussianNoise\b",
    "an optimizer": r"\bAdadelta\b",
    "an autoencoder of images": r"\bDeepAutoencoder\b|deep-autoencoder",
    "a data set": r"\bausten\b",
    "a hypothesis": r"\bword-length\b",
    "a recipe": r"\bshakespeare-regularized\b",
}


@pytest.mark.parametrize("thing", ADDITIONS)
def test_an_addition_touches_at_most_three_files(thing: str) -> None:
    files = [
        p
        for top in ("models", "nn", "sample", "train", "visualize")
        for p in (ROOT / top).rglob("*.py")
    ]
    touched = [
        str(p.relative_to(ROOT))
        for p in files
        if re.search(ADDITIONS[thing], p.read_text(encoding="utf-8"))
    ]
    touched = [path for path in touched if path.count("/") > 1 or "__init__" not in path]
    assert 1 <= len(touched) <= 3, touched
