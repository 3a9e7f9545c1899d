"""Layers that keep a network from learning its training data by heart: dropout and a penalty."""

from __future__ import annotations

import numpy as np

from glassnet.nn.arithmetic.complex_step import absolute, scalar_sum
from glassnet.nn.layer import Layer
from glassnet.nn.types import Array

__all__ = ["ActivityRegularization", "Dropout"]


class Dropout(Layer):
    """When training, set each element to zero with probability `rate` and scale up the others.

    Parameters
    ----------
    rate : float
        Probability that an element is set to zero, at least 0 and below 1. The others are
        multiplied by 1 / (1 - rate), so that the expected value stays.
    batch_axis : int, default 0
        Axis along which the rows of the batch lie: 0, or 1 for sequences (T, N, D).
    shared_axes : tuple of int, default ()
        Axes along which all elements share one mask. On a sequence (T, N, D), `(0,)` drops the
        same elements at every time step: variational dropout.

    Raises
    ------
    ValueError
        If the rate is out of range, an axis is negative, or the rows of a batch share a mask.
    RuntimeError
        From `forward`, when training a layer without randomness: call `initialize` first.

    Shapes
    ------
    - x: any
    - y: as x

    Notes
    -----
    Each `forward` of training draws a new mask. When not training, y is x.

    References
    ----------
    Srivastava et al. 2014, *Dropout: a simple way to prevent neural networks from overfitting*;
    Gal & Ghahramani 2016, *A theoretically grounded application of dropout in recurrent neural
    networks*, arXiv:1512.05287, for variational dropout.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.nn import Dropout
    >>> layer = Dropout(0.5).initialize(np.random.default_rng(3))
    >>> layer.forward(np.ones((2, 4)), train=True)
    array([[2., 0., 0., 0.],
           [0., 2., 2., 2.]])
    >>> layer.forward(np.ones((2, 4)))
    array([[1., 1., 1., 1.],
           [1., 1., 1., 1.]])
    """

    def __init__(self, rate: float, batch_axis: int = 0, shared_axes: tuple[int, ...] = ()) -> None:
        super().__init__()
        if not 0 <= rate < 1:
            raise ValueError(f"dropout rate must be at least 0 and below 1, not {rate}")
        if batch_axis < 0 or any(axis < 0 or axis == batch_axis for axis in shared_axes):
            raise ValueError(
                f"dropout axes count from 0, and rows of the batch (axis {batch_axis}) "
                f"share no mask, but shared_axes is {shared_axes}"
            )
        self.rate, self.batch_axis, self.shared_axes = rate, batch_axis, shared_axes

    def forward(self, x: Array, train: bool = False) -> Array:
        self._mask: Array | None = None
        if not train or self.rate == 0:
            return x
        shape = tuple(1 if a in self.shared_axes else n for a, n in enumerate(x.shape))
        keep = self.randomness().uniform(shape, self.batch_axis) >= self.rate
        mask: Array = keep.astype(x.dtype)
        mask *= 1 / (1 - self.rate)
        self._mask = mask
        return x * mask

    def backward(self, dy: Array) -> Array:
        return dy if self._mask is None else dy * self._mask


class ActivityRegularization(Layer):
    """Leave x as it is and add l1 · Σ|x| to the loss, so that few elements of x are large.

    Parameters
    ----------
    l1 : float
        Weight of the penalty, at least 0.

    Raises
    ------
    ValueError
        If the weight is negative.

    Shapes
    ------
    - x: (N, ...)
    - y: as x

    Notes
    -----
    Put the layer after the activation whose output is to be sparse. `forward` sets
    `auxiliary_loss`, which is summed over the whole batch, and `backward` adds its gradient,
    l1 · sign(x). Keras 2 does the same with `activity_regularizer=l1(...)`; Keras 3.15 divides the
    sum by N, so that its weight has to be N times as large.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.nn import ActivityRegularization
    >>> layer = ActivityRegularization(l1=0.1)
    >>> layer.forward(np.array([[3.0, 0.0], [-1.0, 0.0]]))
    array([[ 3.,  0.],
           [-1.,  0.]])
    >>> layer.auxiliary_loss
    0.4
    >>> layer.backward(np.zeros((2, 2)))
    array([[ 0.1,  0. ],
           [-0.1,  0. ]])
    """

    def __init__(self, l1: float) -> None:
        super().__init__()
        if not l1 >= 0:
            raise ValueError(f"the weight of an activity penalty must be at least 0, not {l1}")
        self.l1 = float(l1)  # a NumPy scalar would make float64 of float32

    def forward(self, x: Array, train: bool = False) -> Array:
        self._x = x
        self.auxiliary_loss = self.l1 * scalar_sum(absolute(x))
        return x

    def backward(self, dy: Array) -> Array:
        return dy + self.l1 * np.sign(self._x)
