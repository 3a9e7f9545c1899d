"""Layers one after the other."""

from __future__ import annotations

from glassnet.nn.container import Container
from glassnet.nn.layer import NO_GRADIENT
from glassnet.nn.types import Array

__all__ = ["Sequential"]


class Sequential(Container):
    """Layers one after the other, named by kind and count: `dense1`, `relu1`, `dense2`.

    Parameters
    ----------
    *layers : Layer or (str, Layer)
        The layers in the order in which data passes through them. A pair (name, layer) gives a
        layer a name of its own.

    Raises
    ------
    ValueError
        If two layers have the same name, or the same layer is there twice.
    TypeError
        If it is given anything but layers and pairs, such as a list.

    Shapes
    ------
    - x: as the first layer takes it
    - y: as the last layer returns it

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.nn import Dense, ReLU, Sequential
    >>> network = Sequential(Dense(4, 8), ReLU(), ("output", Dense(8, 3)))
    >>> print(network)
    Sequential
      dense1: Dense W (4, 8), b (8,)
      relu1: ReLU
      output: Dense W (8, 3), b (3,)
    >>> x = np.zeros((5, 4), np.float32)
    >>> print(network.initialize(np.random.default_rng(0)).summary(x))
    layer            output  parameters
    Sequential       (5, 3)          67
      dense1: Dense  (5, 8)          40
      relu1: ReLU    (5, 8)           0
      output: Dense  (5, 3)          27
    >>> network(x).shape  # forward, not as in training
    (5, 3)
    """

    def forward(self, x: Array, train: bool = False) -> Array:
        for layer in self.layers.values():
            x = layer.forward(x, train)
        return x

    def backward(self, dy: Array) -> Array:
        for layer in reversed(self.layers.values()):
            dy = layer.backward(dy)
            if dy is NO_GRADIENT:  # the layers before this one have no parameters
                break
        return dy

    def skip_input_gradient(self) -> None:
        super().skip_input_gradient()
        for layer in self.layers.values():
            layer.skip_input_gradient()
            if layer.parameter_count:
                break
