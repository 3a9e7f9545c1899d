"""Which tests belong to which files."""

import inspect
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TESTS = {  # of the files in a folder, the longest that fits
    "nn": ["tests/nn"],
    "train": ["tests/train"],
    "models": ["tests/models"],
    "sample": ["tests/sample"],
    "visualize/neurons/search": ["tests/visualize/neurons"],
}
LEFT_OUT = ("nn/mutation/",)  # the program that makes the changes


def folders_of(file: str) -> list[str]:
    """The tests of a file such as nn/layer.py."""
    fitting = [folder for folder in TESTS if Path(file).is_relative_to(folder)]
    if not fitting:
        raise SystemExit(f"mutation: there are no tests for {file}, only for {', '.join(TESTS)}")
    return TESTS[max(fitting, key=len)]


def files_of(folder: str) -> list[str]:
    """The files below a folder that are to be changed."""
    names = [str(path.relative_to(ROOT)) for path in sorted((ROOT / folder).rglob("*.py"))]
    return [n for n in names if not n.startswith(LEFT_OUT) and Path(n).name != "__init__.py"]


def counts(item: pytest.Item) -> bool:
    """Whether a test counts: not if it makes wrong variants from glassnet's own source text."""
    if any(f"tests/{folder}" in item.nodeid for folder in LEFT_OUT):
        return False
    function = getattr(item, "function", None)
    function = getattr(getattr(function, "hypothesis", None), "inner_test", function)
    if function is None:
        return True
    source = inspect.getsource(function)
    for name in re.findall(r"\bmutant\(\s*([\w*]+)", source):
        kind = getattr(function, "__globals__", {}).get(name)
        module = getattr(kind, "__module__", None) or "glassnet"
        if module.startswith("glassnet"):
            return False
    return "getsource" not in source and "read_text" not in source
