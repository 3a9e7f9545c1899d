"""The layout: small files and folders, a test file for each module, no imports in a circle."""

import configparser
import subprocess
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.test_house import FILES, FOLDERS, ROOT, imports

MOST_FILES = 10  # side by side in a folder
MOST_LINES = 400
CROWDED = {  # folders that may hold more
    Path(),  # tools look for their files here
    Path("saves"),  # a network for each recipe
}
LONG = {Path("CHANGELOG.md")}


def tracked() -> list[Path]:
    """The files of the repository that git tracks or would add, without links."""
    listing = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    try:
        names = subprocess.run(listing, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("this is no clone, or there is no git")
    paths = [Path(name) for name in names.split("\0") if name]
    return [path for path in paths if (ROOT / path).is_file() and not (ROOT / path).is_symlink()]


def crowded(paths: Iterable[Path]) -> dict[str, int]:
    """The folders with too many files, pictures apart, and how many those are."""
    count: dict[Path, int] = {}
    for path in paths:
        if path.suffix != ".png":
            count[path.parent] = count.get(path.parent, 0) + 1
    return {str(f): n for f, n in sorted(count.items()) if n > MOST_FILES and f not in CROWDED}


def circle(graph: dict[str, set[str]]) -> list[str]:
    """Names that each point to the next, the last one to the first; empty if there are none."""
    done: set[str] = set()

    def search(name: str, path: list[str]) -> list[str]:
        if name in path:
            return path[path.index(name) :]
        if name not in done:
            for following in sorted(graph.get(name, ())):
                if found := search(following, [*path, name]):
                    return found
            done.add(name)
        return []

    return next((found for name in sorted(graph) if (found := search(name, []))), [])


def dotted(path: Path) -> str:
    """The name of a module of glassnet: nn/layer.py is glassnet.nn.layer."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    parts = parts if parts[0] == "glassnet" else ("glassnet", *parts)
    return ".".join(parts).removesuffix(".__init__")


def imported(path: Path, modules: set[str]) -> set[str]:
    """The modules of glassnet that a module imports, wherever in it."""
    found = set()
    for entry in imports(path.read_text(encoding="utf-8"), path.relative_to(ROOT).parts[0]):
        found |= {entry.module} & modules
    return found - {dotted(path)}


def test_folders_are_small() -> None:
    assert crowded(tracked()) == {}


def test_files_are_short() -> None:
    kinds = {".py", ".md", ".js", ".css", ".html"}
    texts = [path for path in tracked() if path.suffix in kinds and path not in LONG]
    lines = {str(p): len((ROOT / p).read_text(encoding="utf-8").splitlines()) for p in texts}
    long = {path: count for path, count in lines.items() if count > MOST_LINES}
    assert long == {}


def test_every_module_has_a_test_file() -> None:
    missing = set()
    for path in FILES:
        inside = path.relative_to(ROOT)
        if path.name not in {"__init__.py"}:
            test = ROOT / "tests" / inside.with_name(f"test_{path.stem.strip('_')}.py")
            missing |= set() if test.exists() else {str(inside)}
    assert missing == set()


def test_no_module_imports_in_a_circle() -> None:
    modules = {dotted(path) for path in FILES}
    graph = {dotted(path): imported(path, modules) for path in FILES}
    assert len(graph["glassnet.nn"]) > 5
    assert circle(graph) == []


def test_setup_cfg_lists_every_folder() -> None:
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg", encoding="utf-8")
    packages = config["options"]["packages"].split()
    folders = {path.parent for path in FILES} | {ROOT / "saves"}
    there = {dotted(folder / "__init__.py") for folder in folders}
    assert set(packages) == there
    assert len(packages) == len(there)
    places = dict(
        line.replace(" ", "").split("=")
        for line in config["options"]["package_dir"].split("\n")[1:]
    )
    assert places == {
        name: name if name == "glassnet" else name.removeprefix("glassnet.").replace(".", "/")
        for name in there
    }
    assert {name.split(".")[1] for name in there - {"glassnet"}} == FOLDERS | {"saves"}


# -- and the rules find what breaks them --------------------------------------------------------


def test_a_crowded_folder_is_found() -> None:
    paths = [Path("nn") / f"{number}.py" for number in range(MOST_FILES)]
    pictures = [Path("nn") / f"{number}.png" for number in range(MOST_FILES)]
    assert crowded(paths + pictures) == {}
    assert crowded([*paths, Path("nn/one_more.py")]) == {"nn": MOST_FILES + 1}


def test_a_circle_is_found() -> None:
    assert circle({"a": {"b", "c"}, "b": {"c"}, "c": set()}) == []
    assert circle({"a": {"b"}, "b": {"c"}, "c": {"b"}}) == ["b", "c"]
    assert circle({"a": {"a"}}) == ["a"]
