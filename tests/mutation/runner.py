"""Runs the tests of a file on mutants of it, each in a fork of a process that is warmed up.

A fork imports glassnet with the mutant in the place of the file, then runs the file's own tests
and, if they pass, those of its folder and the contract suite, up to the first failure.
"""

import importlib
import inspect
import os
import resource
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from types import CodeType
from typing import NoReturn

import pytest
from hypothesis import HealthCheck, Phase, settings

ROOT = Path(__file__).parents[2]
MEMORY = 16 << 30  # bytes of address space for a mutant


class Served(SourceFileLoader):
    """Loads a module from a text instead of its file."""

    text: str

    def get_code(self, fullname: str) -> CodeType:
        return compile(self.text, self.path, "exec", dont_inherit=True)


class Server:
    """An import hook that serves `text` as the module `name`."""

    def __init__(self, name: str, text: str) -> None:
        self.name, self.text = name, text

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: object = None
    ) -> ModuleSpec | None:
        if fullname != self.name:
            return None
        spec = PathFinder.find_spec(fullname, path)
        assert spec is not None
        assert spec.origin is not None
        spec.loader = Served(fullname, spec.origin)
        spec.loader.text = self.text
        return spec


class Plugin:
    """Leaves out tests that match source text, and searches for no smaller counterexamples."""

    def pytest_sessionstart(self) -> None:
        settings.register_profile(
            "mutation",
            deadline=None,
            max_examples=15,
            derandomize=True,
            database=None,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        settings.load_profile("mutation")

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = [item for item in items if not matches_text(item)]


def matches_text(item: pytest.Item) -> bool:
    """Whether a test makes its own mutants from source text."""
    function = getattr(item, "function", None)
    function = getattr(getattr(function, "hypothesis", None), "inner_test", function)
    return function is not None and "mutant(" in inspect.getsource(function)


def groups_of_tests(path: str) -> list[list[str]]:
    """The tests of nn/x/y.py in the order to run: its own, then its folder's and the contract."""
    own = Path("tests", path).with_name(f"test_{Path(path).stem.strip('_')}.py")
    if not (ROOT / own).is_file():
        raise SystemExit(f"mutation: {path} has no tests: there is no {own}")
    others = sorted(p for p in (ROOT / own.parent).glob("test_*.py") if p != ROOT / own)
    suite = sorted((ROOT / "tests/nn/contract_suite").glob("test_*.py"))
    return [[str(own)], [str(p.relative_to(ROOT)) for p in [*others, *suite]]]


def warm_up(*optional: str) -> None:
    """Import what every mutant needs but glassnet, and the optional modules that are installed."""
    if not hasattr(os, "fork"):
        raise SystemExit("mutation: this needs os.fork, which this system does not have")
    for name in ("numpy", "hypothesis.extra.numpy", *optional):
        with suppress(ImportError):
            importlib.import_module(name)
    if any(name.startswith("glassnet.nn") for name in sys.modules):
        raise SystemExit("mutation: glassnet.nn is imported already, so that no mutant would be")


def run(
    path: str, sources: Sequence[str], groups: list[list[str]], jobs: int, timeout: float
) -> list[bool]:
    """Return for each source of the file whether its tests failed or took longer than `timeout`.

    Parameters
    ----------
    path : str
        The file from the root of the repository, such as nn/losses.py.
    sources : sequence of str
        Texts to put in its place.
    groups : list of list of str
        Files of tests; a group is run if those before it pass.
    jobs : int
        Processes at the same time.
    timeout : float
        Seconds for one source.
    """
    killed = [True] * len(sources)
    running: dict[int, tuple[int, float]] = {}  # process: index, when it has to end
    waiting = list(range(len(sources)))[::-1]
    with tempfile.TemporaryDirectory() as scratch:
        try:
            while waiting or running:
                while waiting and len(running) < jobs:
                    index = waiting.pop()
                    process = os.fork()
                    if not process:
                        _child(path, sources[index], groups, f"{scratch}/{index}")
                    running[process] = index, time.monotonic() + timeout
                for process, (index, end) in list(running.items()):
                    if time.monotonic() > end:
                        _stop(process)
                    if (ended := os.waitpid(process, os.WNOHANG))[0]:
                        killed[index] = ended[1] != 0
                        del running[process]
                time.sleep(0.01)
        finally:
            for process in running:
                _stop(process)
                os.waitpid(process, 0)
    return killed


def _stop(process: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(process, signal.SIGKILL)


def _child(path: str, source: str, groups: list[list[str]], scratch: str) -> NoReturn:
    status = 1
    try:
        null = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(null, stream)
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, resource.RLIM_INFINITY))
        os.chdir(ROOT)
        name = ".".join(("glassnet", *Path(path).with_suffix("").parts))
        sys.meta_path.insert(0, Server(name, source))
        for number, tests in enumerate(groups):
            options = ["-x", "-q", "-p", "no:cacheprovider", f"--basetemp={scratch}-{number}"]
            options += ["-W", "ignore::pytest.PytestAssertRewriteWarning"]  # hypothesis is imported
            status = int(pytest.main([*options, *tests], plugins=[Plugin()]))
            if status:
                break
    finally:
        os._exit(status)
