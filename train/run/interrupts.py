"""Ctrl-C while training: the first one asks to stop in order, a second one interrupts at once."""

from __future__ import annotations

import contextlib
import multiprocessing
import signal
import threading
from collections.abc import Iterator
from types import FrameType

__all__ = ["Interrupts"]


class Interrupts:
    """Whether this process was asked to stop, by Ctrl-C or SIGTERM.

    Attributes
    ----------
    stop_asked_for : bool
        True from the first signal on.

    Examples
    --------
    >>> import os, signal
    >>> interrupts = Interrupts()
    >>> with interrupts.caught():
    ...     os.kill(os.getpid(), signal.SIGINT)
    >>> interrupts.stop_asked_for
    True
    """

    def __init__(self) -> None:
        self.stop_asked_for = False

    @contextlib.contextmanager
    def caught(self) -> Iterator[None]:
        """Catch signals while the block runs; the second one raises KeyboardInterrupt.

        Spawned workers leave signals to the first one, and other threads can't catch any.

        Yields
        ------
        None
            Nothing.

        Raises
        ------
        KeyboardInterrupt
            At the second signal.
        """

        def handle(number: int, frame: FrameType | None) -> None:
            if self.stop_asked_for:
                raise KeyboardInterrupt
            self.stop_asked_for = True

        spawned = multiprocessing.parent_process() is not None
        if spawned or threading.current_thread() is not threading.main_thread():
            yield
            return
        handlers = {
            number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM)
        }
        try:
            yield
        finally:
            for number, handler in handlers.items():
                signal.signal(number, handler)
