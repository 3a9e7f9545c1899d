import numpy as np
import pytest

from glassnet.nn import Array


@pytest.fixture
def x(generator: np.random.Generator) -> Array:
    """An input for `Square`."""
    return generator.standard_normal((4, 3))


@pytest.fixture
def sequence(generator: np.random.Generator) -> Array:
    """An input for `Memory`."""
    return generator.standard_normal((5, 2, 3))


@pytest.fixture
def h(generator: np.random.Generator) -> Array:
    """A state for `Memory` to start from."""
    return generator.standard_normal((2, 3))
