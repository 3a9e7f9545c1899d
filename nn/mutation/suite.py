"""Runs the tests that reach a mutant's lines, each mutant in a fork of a process that is ready.

The process has imported everything and collected the tests once. A fork exchanges the code of the
changed functions (`loading.replace`); where the change concerns what ran while the tests were
collected, such as a default value, it imports and collects everything anew (`loading.serve`).
"""

import gc
import hashlib
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp
from types import FunctionType
from typing import NamedTuple

import pytest

from glassnet.errors import UserError
from glassnet.nn.mutation.coverage import Lines, Tracer, overlaps
from glassnet.nn.mutation.loading import (
    ClosureChangedError,
    forget,
    functions,
    replace,
    serve,
)
from glassnet.nn.mutation.mutants import Mutant
from glassnet.nn.mutation.processes import FAILED, Ended, Note, forks, limit_seconds, silence
from glassnet.nn.mutation.session import Session

# Exit statuses of forks. Others end a fork too: what a changed file does, such as os._exit(0).
SURVIVED, KILLED, ANEW = 61, 62, 63
LIMIT = 60  # seconds of processor time for what has never run
LEAST = 2  # seconds that a test may take at least


class Outcome(NamedTuple):
    """What the tests said of a mutant."""

    file: str
    line: int
    before: str
    after: str
    digest: str  # of the whole changed file
    status: str  # killed, timed out, survived, not reached, or went wrong
    test: str  # the one that failed or did not end; "import" if none could begin
    tests: int  # how many ran
    seconds: float  # of processor time


class Reach(NamedTuple):
    """What a test did without any change."""

    seconds: float
    result: str  # passed, failed or skipped
    lines: Lines


class Work(NamedTuple):
    """A mutant, the tests for it in their order, and whether everything is imported anew."""

    file: str
    mutant: Mutant
    tests: list[int]
    anew: bool


class Suite:
    """The tests of some files, and which lines of the files each of them reaches.

    Parameters
    ----------
    root : path
        The folder that the names of files and tests start from.
    files : sequence of str
        The files that may be changed.
    tests : sequence of str
        The files or folders of their tests.
    jobs : int
        How many processes run at the same time.
    cache : path, optional
        A folder that keeps which test reaches what, for as long as no file changes.
    chosen : callable, optional
        Whether a collected test counts; all do by default.
    strict : bool, default False
        Whether a test that fails without any change is an error. Such tests are left out otherwise.

    Attributes
    ----------
    notes : list of str
        What was left out.
    """

    def __init__(
        self,
        root: Path,
        files: Sequence[str],
        tests: Sequence[str],
        jobs: int = 1,
        cache: Path | None = None,
        chosen: Callable[[pytest.Item], bool] = lambda item: True,
        strict: bool = False,
    ) -> None:
        self.root, self.files, self.tests, self.jobs = root, list(files), list(tests), jobs
        self.cache, self.chosen, self.strict = cache, chosen, strict
        self.notes: list[str] = []
        self._rootdir = f"--rootdir={root}"
        self._kills: Counter[tuple[str, int]] = Counter()  # by file and test
        self._timed: set[int] = set()  # tests that ran alone
        self._unfit: set[int] = set()  # those of them that failed then

    def run(
        self, mutants: Sequence[tuple[str, Mutant]], found: Callable[[Outcome], object]
    ) -> None:
        """Run the tests on mutants of the files; `found` is called with each outcome at once.

        Raises
        ------
        UserError
            If there are no tests, or one ends the process without any change; if strict, also if
            one fails then.
        """
        self._mutants, self._found = mutants, found
        self._texts = {f: (self.root / f).read_text("utf-8") for f in {f for f, _ in mutants}}
        forget(self.root)  # what is imported is imported again, where the tracer sees it
        self._tracer = Tracer({self.root / file: file for file in self.files})
        session = Session(self._collected, self.chosen)
        self._done = False
        with TemporaryDirectory() as self._scratch, self._tracer:
            status = session.start([str(self.root / name) for name in self.tests], self._rootdir)
        if not self._done:
            raise UserError(f"pytest does not begin; it ends with status {status}")

    # -- what the tests reach without any change ------------------------------------------------

    def _collected(self, session: Session) -> None:
        self._tracer.__exit__()
        self._done = True
        self._session, self._items = session, session.items
        self.notes += session.broken
        if self.strict and session.broken:
            raise UserError(session.broken[0])
        if not self._items:
            raise UserError(f"pytest finds no tests in {', '.join(self.tests)}")
        self._imported = self._tracer.reached()
        reach = self._reach()
        for item in self._items:
            result = reach[item.nodeid].result
            if result == "skipped":
                self.notes.append(f"{item.nodeid}: is skipped")
            elif result == "failed":
                self.notes.append(f"{item.nodeid}: fails without any change")
                if self.strict:
                    raise UserError(self.notes[-1])
        self._seconds = [reach[item.nodeid].seconds for item in self._items]
        self._index: dict[str, dict[int, list[int]]] = {}
        for number, item in enumerate(self._items):
            if reach[item.nodeid].result == "passed":
                for file, lines in reach[item.nodeid].lines.items():
                    for line in lines:
                        self._index.setdefault(file, {}).setdefault(line, []).append(number)
        self._passed = [
            n for n, item in enumerate(self._items) if reach[item.nodeid].result == "passed"
        ]
        self._functions: dict[str, list[FunctionType]] = {}
        for name, those in functions().items():
            path = Path(name).resolve()
            if path.is_relative_to(self.root.resolve()):
                inside = str(path.relative_to(self.root.resolve()))
                self._functions.setdefault(inside, []).extend(those)
        gc.collect()
        gc.freeze()  # forks leave the memory of this process shared
        self._run_all()

    def _reach(self) -> dict[str, Reach]:
        names = [item.nodeid for item in self._items]
        kept = self.cache / f"reach-{self._key(names)}.json" if self.cache else None
        if kept and kept.is_file():
            read = json.loads(kept.read_text("utf-8"))
            return {name: Reach(*read[name]) for name in names}
        shards = [range(start, len(names), 4 * self.jobs) for start in range(4 * self.jobs)]
        found: dict[str, Reach] = {}
        for ended in forks(shards, self._watch, self.jobs):
            if ended.status:
                name = names[ended.work[max(ended.note, 0)]]
                raise UserError(f"{name} ends the process without any change")
            read = json.loads(self._shard(ended.work).read_text("utf-8"))
            found |= {name: Reach(*values) for name, values in read.items()}
        if kept:
            kept.parent.mkdir(parents=True, exist_ok=True)
            kept.write_text(json.dumps(found), "utf-8")
        return found

    def _key(self, names: list[str]) -> str:
        digest = hashlib.sha256(repr((sys.version, pytest.__version__, names)).encode())
        packages = {path.parent for path in self.root.glob("*/__init__.py")}
        tops = packages | {self.root / Path(name).parts[0] for name in [*self.files, *self.tests]}
        for path in sorted(path for top in tops for path in top.rglob("*.py")):
            digest.update(path.read_bytes())
        return digest.hexdigest()[:16]

    def _shard(self, shard: range) -> Path:
        return Path(self._scratch) / f"reach-{shard.start}.json"

    def _watch(self, shard: range, note: Note) -> int:
        """Run some tests and write down what each of them reaches."""
        silence()
        os.environ["PYTEST_DEBUG_TEMPROOT"] = mkdtemp(dir=self._scratch)
        skipped = self._session.skipped
        found = {}
        for number in shard:
            note(shard.index(number))
            item = self._items[number]
            start = time.process_time()
            self._session.failed.clear()
            skipped.clear()
            with self._tracer:
                self._session.run([item], lambda number: None)
            result = "failed" if self._session.failed else "skipped" if skipped else "passed"
            seconds = round(time.process_time() - start, 4)
            found[item.nodeid] = Reach(seconds, result, self._tracer.reached())
        self._shard(shard).write_text(json.dumps(found), "utf-8")
        return 0

    # -- mutants --------------------------------------------------------------------------------

    def _run_all(self) -> None:
        anew: list[Work] = []
        late: list[Ended[Work]] = []
        for works in (self._works(), anew):
            for ended in forks(works, self._try, self.jobs):
                if ended.status == ANEW:
                    anew.append(self._work(ended.work.file, ended.work.mutant, anew=True))
                elif ended.timed_out:
                    late.append(ended)
                else:
                    self._found(self._outcome(ended))
        while late:
            works, late = self._again(late), []
            for ended in forks(works, self._try, self.jobs):
                if ended.timed_out and self._slow(ended) not in self._timed:
                    late.append(ended)
                else:
                    self._found(self._outcome(ended))

    def _slow(self, ended: Ended[Work]) -> int:
        """The test at which a work ran into a limit of time."""
        tests = ended.work.tests
        return tests[ended.note if 0 < ended.note < len(tests) else 0]

    def _again(self, late: list[Ended[Work]]) -> list[Work]:
        """What is to be repeated of works that ran into a limit of time.

        A test may have taken little time only because others before it had imported something
        large. So each runs alone now, without any change, which says how long it may take.
        """
        slow = {self._slow(ended) for ended in late} - self._timed
        for alone in forks(sorted(slow), self._alone, self.jobs):
            number = alone.work
            self._timed.add(number)
            self._seconds[number] = max(self._seconds[number], alone.seconds)
            if alone.status != SURVIVED:
                self._unfit.add(number)
                self.notes.append(f"{self._items[number].nodeid}: fails alone, without any change")
        works = []
        for ended in late:
            tests = ended.work.tests
            rest = tests[tests.index(self._slow(ended)) :]
            works.append(ended.work._replace(tests=[n for n in rest if n not in self._unfit]))
        return works

    def _alone(self, number: int, note: Note) -> int:
        self._begin()
        self._session.run([self._items[number]], lambda number: None)
        return KILLED if self._session.failed or self._session.skipped else SURVIVED

    def _begin(self) -> None:
        silence()
        os.environ["PYTEST_DEBUG_TEMPROOT"] = mkdtemp(dir=self._scratch)
        limit_seconds(LIMIT)

    def _works(self) -> Iterator[Work]:
        for file, mutant in self._mutants:
            yield self._work(file, mutant)

    def _work(self, file: str, mutant: Mutant, anew: bool = False) -> Work:
        """Choose the tests of a mutant and their order."""
        anew = anew or overlaps(self._imported.get(file, ()), mutant.first, mutant.last)
        index = self._index.get(file, {})
        chosen: dict[int, None] = {}
        nearest = {n for line in range(mutant.first, mutant.last + 1) for n in index.get(line, ())}
        tiers = [nearest]
        if anew:
            # What ran while tests were collected may be in the parameters of any of their files.
            near = {n for those in index.values() for n in those}
            modules = {self._items[n].path for n in near}
            tiers += [near, {n for n in self._passed if self._items[n].path in modules}]
        if not mutant.inside:
            tiers.append(set(self._passed))
        stem = Path(file).stem.strip("_")
        own = f"{Path(file).with_name(f'test_{stem}.py')}::"

        def cost(number: int) -> float:
            # Seconds for a kill, as far as is known; a file's own tests are the likeliest.
            likely = 1 + self._kills[file, number]
            likely *= 5 if own in self._items[number].nodeid else 1
            return (0.002 + self._seconds[number]) / likely

        for tier in tiers:
            chosen |= dict.fromkeys(sorted(tier - chosen.keys(), key=cost))
        return Work(file, mutant, list(chosen), anew)

    def _outcome(self, ended: "Ended[Work]") -> Outcome:
        file, mutant, tests, _ = ended.work
        test = ""
        status = "survived" if tests else "not reached"
        if ended.status == FAILED:
            status = "went wrong"
        elif ended.status != SURVIVED:
            status = "timed out" if ended.timed_out else "killed"
            test = "import"
            if ended.note == len(tests):
                test = "a test with changed parameters"
            elif ended.note >= 0:
                self._kills[file, tests[ended.note]] += 1
                test = self._items[tests[ended.note]].nodeid
        ran = ended.note + 1
        change = (file, mutant.line, mutant.before, mutant.after, mutant.digest)
        return Outcome(*change, status, test, ran, round(ended.seconds, 3))

    def _try(self, work: Work, note: Note) -> int:
        self._begin()
        if work.anew:
            return self._try_anew(work, note)
        before = self._texts[work.file]
        try:
            if not replace(self._functions.get(work.file, []), before, work.mutant.source):
                return ANEW
        except ClosureChangedError:
            return ANEW
        self._judge(self._session, [self._items[n] for n in work.tests], work, note)
        return SURVIVED

    def _try_anew(self, work: Work, note: Note) -> int:
        place = {self._items[number].nodeid: n for n, number in enumerate(work.tests)}
        if not place:
            return SURVIVED
        forget(self.root)
        serve(self.root / work.file, work.mutant.source)

        # Changed parameters of a test change its name; it counts all the same.
        known = {item.nodeid for item in self._items}
        tests = {name.partition("[")[0] for name in place}

        def chosen(item: pytest.Item) -> bool:
            name = item.nodeid
            return name in place or (name not in known and name.partition("[")[0] in tests)

        def collected(session: Session) -> None:
            if session.broken:
                os._exit(KILLED)
            items = sorted(session.items, key=lambda item: place.get(item.nodeid, len(place)))
            self._judge(session, items, work, note)
            os._exit(SURVIVED)

        session = Session(collected, chosen)
        session.start(
            sorted({str(self.root / name.partition("::")[0]) for name in place}), self._rootdir
        )
        return KILLED  # it does not even get so far

    def _judge(
        self, session: Session, items: Sequence[pytest.Item], work: Work, note: Note
    ) -> None:
        session.when_failed = lambda item: os._exit(KILLED)  # type: ignore[method-assign]
        place = {self._items[number].nodeid: n for n, number in enumerate(work.tests)}

        def before(number: int) -> None:
            n = place.get(items[number].nodeid, len(place))
            note(n)
            seconds = self._seconds[work.tests[n]] if n < len(place) else 1
            limit_seconds(LEAST + 10 * seconds)

        try:
            session.run(items, before)
        except (KeyboardInterrupt, SystemExit, pytest.exit.Exception):  # which pytest lets through
            os._exit(KILLED)
