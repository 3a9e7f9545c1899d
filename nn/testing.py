"""Hypothesis strategies for tests of layers: shapes, arrays, and arrays away from kinks.

    from hypothesis import given
    from glassnet.nn.gradcheck import check_layer
    from glassnet.nn.testing import arrays, shapes

    @given(x=arrays(shapes(2)))
    def test_gradients(x):
        check_layer(MyLayer(x.shape[-1]), x)

The only module of `nn` that needs hypothesis (`pip install "glassnet[test]"`).
"""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from glassnet.nn.types import Array

Shape = tuple[int, ...]


def shapes(dimensions: int, smallest: int = 1, largest: int = 5) -> st.SearchStrategy[Shape]:
    """Shapes of this many dimensions, each of a length from `smallest` to `largest`."""
    return st.tuples(*[st.integers(smallest, largest)] * dimensions)


def generators() -> st.SearchStrategy[np.random.Generator]:
    """Random generators, each from a seed that hypothesis picks and can shrink."""
    return st.integers(0, 2**32 - 1).map(np.random.default_rng)


def arrays(shape: Shape | st.SearchStrategy[Shape], scale: float = 1.0) -> st.SearchStrategy[Array]:
    """Float64 arrays of normal numbers with this standard deviation.

    Parameters
    ----------
    shape : a shape or a strategy for shapes.
    scale : standard deviation.
    """
    return st.builds(
        lambda generator, size: scale * generator.standard_normal(size),
        generators(),
        _as_strategy(shape),
    )


def spaced_arrays(
    shape: Shape | st.SearchStrategy[Shape], gap: float = 0.05
) -> st.SearchStrategy[Array]:
    """Float64 arrays whose elements lie `gap` apart from each other and gap/2 from zero.

    Functions with kinks (ReLU, max pooling) are smooth around such arrays for any step that a
    gradient check takes: no element changes sign and no two change places.
    """

    def spaced(generator: np.random.Generator, size: Shape) -> Array:
        count = int(np.prod(size))
        grid = (np.arange(count) - count // 2 + 0.5) * gap
        return generator.permutation(grid).reshape(size)

    return st.builds(spaced, generators(), _as_strategy(shape))


def ids(shape: Shape | st.SearchStrategy[Shape], classes: int) -> st.SearchStrategy[Array]:
    """Integer arrays (int64) of class or character ids from 0 to classes - 1."""
    return st.builds(
        lambda generator, size: generator.integers(0, classes, size),
        generators(),
        _as_strategy(shape),
    )


def _as_strategy(shape: Shape | st.SearchStrategy[Shape]) -> st.SearchStrategy[Shape]:
    return st.just(shape) if isinstance(shape, tuple) else shape
