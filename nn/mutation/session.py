"""Collects tests with pytest once, to run some of them in forks."""

import os
import sys
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout
from importlib.util import find_spec

import pytest

EXAMPLES = 15  # of a hypothesis test that does not say how many itself
OFF = {"xdist": "-n0", "pytest_cov": "--no-cov"}  # plugins that would run tests their own way


class Session:
    """A pytest plugin that hands over the collected tests instead of running them.

    Parameters
    ----------
    collected : callable
        Called once with this session, after the tests were collected.
    chosen : callable, optional
        Whether a test is to be collected; all are by default.

    Attributes
    ----------
    items : list of pytest.Item
        The tests.
    broken : list of str
        The files that can't be collected, with the last line of what pytest says.
    failed, skipped : list of str
        The tests that have failed or were skipped so far.
    """

    def __init__(
        self,
        collected: "Callable[[Session], None]",
        chosen: Callable[[pytest.Item], bool] = lambda item: True,
    ) -> None:
        self._collected, self._chosen = collected, chosen
        self.items: list[pytest.Item] = []
        self.broken: list[str] = []
        self.failed: list[str] = []
        self.skipped: list[str] = []
        self._error: BaseException | None = None

    def start(self, paths: Sequence[str], *options: str) -> int:
        """Collect the tests of some files or folders; returns pytest's exit status."""
        quiet = ["-q", "-s", "--continue-on-collection-errors", "-p", "no:cacheprovider"]
        quiet += ["-W", "ignore::pytest.PytestAssertRewriteWarning"]  # hypothesis is imported
        for plugin, option in OFF.items():
            quiet += [option] if find_spec(plugin) else []
        self._stdout = sys.stdout
        with open(os.devnull, "w", encoding="utf-8") as null, redirect_stdout(null):
            status = int(pytest.main([*quiet, *options, *paths], plugins=[self]))
        if self._error is not None:
            raise self._error
        return status

    def run(self, items: Sequence[pytest.Item], before: Callable[[int], None]) -> None:
        """Run some tests, after calling a function with the number of each."""
        for number, item in enumerate(items):
            before(number)
            following = items[number + 1] if number + 1 < len(items) else None
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)

    def when_failed(self, item: pytest.Item) -> None:
        """What to do at once when a test fails."""
        self.failed.append(item.nodeid)

    def pytest_sessionstart(self) -> None:
        if find_spec("hypothesis") is None:
            return
        from hypothesis import HealthCheck, Phase, settings

        settings.register_profile(
            "mutation",
            deadline=None,
            max_examples=EXAMPLES,
            derandomize=True,
            database=None,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        settings.load_profile("mutation")

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.broken.append(f"{report.nodeid}: {str(report.longrepr).splitlines()[-1]}")

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = [item for item in items if self._chosen(item)]

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        self.items = list(session.items)
        try:
            with redirect_stdout(self._stdout):
                self._collected(self)
        except BaseException as error:  # which pytest would keep for itself
            self._error = error
        return True

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> None:
        # Before pytest writes its report, which takes longer than most tests do.
        if call.excinfo is None or item.get_closest_marker("xfail"):
            return
        if call.excinfo.errisinstance(pytest.skip.Exception):
            self.skipped.append(item.nodeid)
        else:
            self.when_failed(item)
