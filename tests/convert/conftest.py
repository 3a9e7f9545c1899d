import warnings
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def _without_the_warnings_of_keras() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "__array__ implementation", DeprecationWarning)
        yield
