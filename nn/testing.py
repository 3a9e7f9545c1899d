"""Hypothesis strategies for tests of layers: shapes, arrays, and arrays away from kinks.

    from hypothesis import given
    from glassnet.nn.gradcheck import check_layer
    from glassnet.nn.testing import arrays, shapes

    @given(x=arrays(shapes(2)))
    def test_gradients(x):
        check_layer(MyLayer(x.shape[-1]), x)

The only module of `glassnet.nn` that needs hypothesis (`pip install "glassnet[test]"`).
"""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from glassnet.nn.types import Array

__all__ = ["arrays", "generators", "ids", "shapes", "spaced_arrays"]

Shape = tuple[int, ...]


def shapes(dimensions: int, smallest: int = 1, largest: int = 5) -> st.SearchStrategy[Shape]:
    """Draw shapes with this many dimensions.

    Parameters
    ----------
    dimensions : int
        The number of dimensions.
    smallest, largest : int, default 1 and 5
        The range of each length.

    Returns
    -------
    strategy of tuple of int
        A hypothesis strategy.

    Examples
    --------
    >>> from hypothesis import find
    >>> from glassnet.nn.testing import shapes
    >>> find(shapes(3), lambda shape: True)  # hypothesis shows the simplest one
    (1, 1, 1)
    """
    return st.tuples(*[st.integers(smallest, largest)] * dimensions)


def generators() -> st.SearchStrategy[np.random.Generator]:
    """Return a strategy for random generators, from seeds that hypothesis can shrink.

    Examples
    --------
    >>> from hypothesis import find
    >>> from glassnet.nn.testing import generators
    >>> find(generators(), lambda generator: generator.integers(10) < 5)
    Generator(PCG64) at ...
    """
    return st.integers(0, 2**32 - 1).map(np.random.default_rng)


def arrays(shape: Shape | st.SearchStrategy[Shape], scale: float = 1.0) -> st.SearchStrategy[Array]:
    """Draw float64 arrays of normal numbers.

    Parameters
    ----------
    shape : tuple of int or strategy
        A shape, or a strategy for shapes.
    scale : float, default 1.0
        The standard deviation of the numbers.

    Returns
    -------
    strategy of array
        A hypothesis strategy.

    Shapes
    ------
    - the arrays: `shape`

    Examples
    --------
    >>> from hypothesis import find
    >>> from glassnet.nn.testing import arrays, shapes
    >>> x = find(arrays(shapes(2)), lambda x: True)
    >>> x.ndim, x.dtype
    (2, dtype('float64'))
    """
    return st.builds(
        lambda generator, size: scale * generator.standard_normal(size),
        generators(),
        _as_strategy(shape),
    )


def spaced_arrays(
    shape: Shape | st.SearchStrategy[Shape], gap: float = 0.05
) -> st.SearchStrategy[Array]:
    """Draw float64 arrays whose elements keep away from each other and from zero.

    Functions with kinks (ReLU, max pooling) are smooth around such arrays for any step that a
    gradient check takes: no element changes its sign, and no two change their order.

    Parameters
    ----------
    shape : tuple of int or strategy
        A shape, or a strategy for shapes.
    gap : float, default 0.05
        The smallest distance between two elements; from zero it is gap / 2.

    Returns
    -------
    strategy of array
        A hypothesis strategy.

    Shapes
    ------
    - the arrays: `shape`

    Examples
    --------
    >>> import numpy as np
    >>> from hypothesis import find
    >>> from glassnet.nn.testing import spaced_arrays
    >>> x = find(spaced_arrays((2, 2), gap=0.1), lambda x: True)
    >>> np.sort(x.ravel()).round(2)
    array([-0.15, -0.05,  0.05,  0.15])
    """

    def spaced(generator: np.random.Generator, size: Shape) -> Array:
        count = int(np.prod(size))
        grid = (np.arange(count) - count // 2 + 0.5) * gap
        return generator.permutation(grid).reshape(size)

    return st.builds(spaced, generators(), _as_strategy(shape))


def ids(shape: Shape | st.SearchStrategy[Shape], classes: int) -> st.SearchStrategy[Array]:
    """Draw integer arrays of class or character ids.

    Parameters
    ----------
    shape : tuple of int or strategy
        A shape, or a strategy for shapes.
    classes : int
        The number of ids, which range from 0 to classes - 1.

    Returns
    -------
    strategy of array
        A hypothesis strategy.

    Shapes
    ------
    - the arrays: `shape`

    Examples
    --------
    >>> from hypothesis import find
    >>> from glassnet.nn.testing import ids
    >>> x = find(ids((4,), classes=3), lambda x: True)
    >>> x.dtype, bool(x.min() >= 0), bool(x.max() <= 2)
    (dtype('int64'), True, True)
    """
    return st.builds(
        lambda generator, size: generator.integers(0, classes, size),
        generators(),
        _as_strategy(shape),
    )


def _as_strategy(shape: Shape | st.SearchStrategy[Shape]) -> st.SearchStrategy[Shape]:
    """Return a strategy for shapes, given one or a shape."""
    return st.just(shape) if isinstance(shape, tuple) else shape
