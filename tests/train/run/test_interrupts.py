import os
import signal
import threading

import pytest

from glassnet.train.run.interrupts import Interrupts


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_first_signal_asks_and_the_second_interrupts(number: signal.Signals) -> None:
    interrupts, before = Interrupts(), signal.getsignal(number)
    with interrupts.caught():
        assert not interrupts.stop_asked_for
        os.kill(os.getpid(), number)
        assert interrupts.stop_asked_for
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), number)
    assert signal.getsignal(number) is before


def test_other_threads_catch_nothing() -> None:
    handlers = []

    def train() -> None:
        with Interrupts().caught():
            handlers.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=train)
    thread.start()
    thread.join()
    assert handlers == [signal.getsignal(signal.SIGINT)]
