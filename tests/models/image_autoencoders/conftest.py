import numpy as np
import pytest

from glassnet.nn import Array


@pytest.fixture
def images(generator: np.random.Generator) -> Array:
    return generator.random((5, 28, 28), dtype=np.float32)
