import os
from collections.abc import Callable

import pytest


@pytest.fixture
def shared_memory() -> Callable[[], set[str]]:
    """A function that returns what processes of Python and of MPI have in named shared memory."""

    def names() -> set[str]:
        parts = ("psm_", "pym", "sem.mp", "mpich")
        return {name for name in os.listdir("/dev/shm") if any(part in name for part in parts)}

    return names
