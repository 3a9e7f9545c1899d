import os
import signal
import time

import pytest

from glassnet.nn.mutation.processes import FAILED, Note, forks, limit_seconds

# Forks of a process with threads are deprecated; these end at once.
pytestmark = pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")


def work(number: int, note: Note) -> int:
    note(10 * number)
    if number == 3:
        raise ValueError
    if number == 4:
        os.kill(os.getpid(), signal.SIGKILL)
    if number == 5:
        bytearray(16 << 30)
    return number


@pytest.mark.parametrize("jobs", [1, 3])
def test_forks_say_how_they_ended(jobs: int) -> None:
    ended = {e.work: (e.status, e.note, e.timed_out) for e in forks(range(6), work, jobs)}
    assert ended == {
        0: (0, 0, False),
        1: (1, 10, False),
        2: (2, 20, False),
        3: (FAILED, 30, False),
        4: (-signal.SIGKILL, 40, False),
        5: (FAILED, 50, False),  # there is a limit of memory
    }


def loop(number: int, note: Note) -> int:
    limit_seconds(0.05)
    while True:
        if number:
            time.sleep(0.01)


def test_time_is_limited() -> None:
    start = time.monotonic()
    assert all(ended.timed_out for ended in forks([0, 1], loop, 2))
    assert time.monotonic() - start < 10


def test_work_is_taken_when_a_fork_can_start() -> None:
    more = [1]
    found = []
    for ended in forks(more, work):
        found.append(ended.work)
        if len(more) < 3:
            more.append(2)
    assert found == [1, 2, 2]


def test_forks_end_with_what_started_them() -> None:
    running = forks([0, 1, 1], lambda number, note: 0 if not number else loop(2, note), 3)
    assert next(running).work == 0
    running.close()
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, 0)
