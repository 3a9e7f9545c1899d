import os
import time
from collections.abc import Iterator

import pytest


@pytest.fixture
def _nothing_stays_in_shared_memory() -> Iterator[None]:
    """Fail if processes of Python or of MPI leave something with a name in shared memory."""

    def names() -> set[str]:
        parts = ("psm_", "pym", "sem.mp", "mpich")
        return {name for name in os.listdir("/dev/shm") if any(part in name for part in parts)}

    before = names()
    yield
    end = time.monotonic() + 30  # what other programs put there meanwhile goes with them
    while names() - before and time.monotonic() < end:
        time.sleep(0.1)
    assert names() <= before
