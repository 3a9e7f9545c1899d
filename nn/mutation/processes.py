"""Runs pieces of work in forks of this process, each with limits of its own.

The limits of time are timers of the system, which end a fork whatever it is doing; nobody polls.
"""

import ctypes
import mmap
import os
import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import Generic, NamedTuple, NoReturn, TypeVar

if not hasattr(os, "fork"):
    raise ImportError("glassnet.nn.mutation needs os.fork, which this system does not have")

import resource

MEMORY = 4 << 30  # bytes of address space for a fork, besides those that this process has
FAILED = 70  # exit status of a fork that ended by an exception
TIMERS = {signal.SIGPROF, signal.SIGALRM, signal.SIGXCPU}

T = TypeVar("T")


class Ended(NamedTuple, Generic[T]):
    """How a fork ended."""

    work: T
    status: int  # what its function returned; FAILED after an exception; -signal if killed
    note: int  # the last number that it noted
    seconds: float  # of processor time

    @property
    def timed_out(self) -> bool:
        """Whether it ran into a limit of time."""
        return -self.status in TIMERS


class Note:
    """A number that a fork tells this process, which can read it when the fork has ended."""

    def __init__(self) -> None:
        self._number = ctypes.c_int64.from_buffer(mmap.mmap(-1, 8))

    def __call__(self, number: int) -> None:
        self._number.value = number

    def read(self) -> int:
        return self._number.value


def forks(
    works: Iterable[T], function: Callable[[T, Note], int], jobs: int = 1
) -> Iterator[Ended[T]]:
    """Call a function on each piece of work in a fork, and yield how they end as they do.

    Parameters
    ----------
    works : iterable
        Taken one by one, whenever a fork can start.
    function : callable
        Called in a fork with a piece of work and a `Note`; returns a small number, 0 to 69.
    jobs : int
        How many forks there are at the same time.
    """
    waiting = iter(works)
    running: dict[int, tuple[T, Note]] = {}
    notes = [Note() for _ in range(jobs)]
    try:
        while True:
            while notes:
                try:
                    work = next(waiting)
                except StopIteration:
                    break
                note = notes.pop()
                note(-1)
                if not (process := os.fork()):
                    _child(work, function, note)
                running[process] = work, note
            if not running:
                return
            process, raw, usage = os.wait4(-1, 0)
            if process in running:
                _stop(process)  # whatever it has started
                work, note = running.pop(process)
                notes.append(note)
                seconds = usage.ru_utime + usage.ru_stime
                yield Ended(work, os.waitstatus_to_exitcode(raw), note.read(), seconds)
    finally:
        for process in running:
            _stop(process)
            with suppress(ChildProcessError):
                os.waitpid(process, 0)


def _stop(process: int) -> None:
    for kill in (os.killpg, os.kill):
        with suppress(ProcessLookupError, PermissionError):
            kill(process, signal.SIGKILL)


def _child(work: T, function: Callable[[T, Note], int], note: Note) -> NoReturn:
    status = FAILED
    try:
        os.setsid()  # what it sends to its group, or its terminal, reaches nobody else
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)
        limit_memory(MEMORY)
        status = function(work, note)
    except BaseException as error:
        print(f"{type(error).__name__}: {error}", file=sys.__stderr__, flush=True)
    finally:
        os._exit(status)


def silence() -> None:
    """Let nothing that this process writes be seen."""
    null = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(null, stream)


def limit_memory(more: int) -> None:
    """Limit the address space of this process to what it has, and some bytes more."""
    with suppress(OSError, ValueError):  # where there is no /proc there is no limit
        with open("/proc/self/statm", encoding="ascii") as file:
            pages = int(file.read().split()[0])
        size = pages * resource.getpagesize() + more
        resource.setrlimit(resource.RLIMIT_AS, (size, resource.RLIM_INFINITY))


def limit_seconds(seconds: float) -> None:
    """End this process after these seconds of processor time from now, or ten times as many."""
    signal.setitimer(signal.ITIMER_PROF, seconds)
    signal.setitimer(signal.ITIMER_REAL, 10 * seconds)
