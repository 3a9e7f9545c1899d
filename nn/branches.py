"""Branches: layers side by side that read the same x, and whose outputs become one.

Add             y = f(x) + g(x) + ...     each branch gets dy
Concatenate     y = [f(x), g(x), ...]     each branch gets its columns of dy
Residual        y = x + f(x)              dx = dy + f's gradient for x

As x is read by all branches, dx is the sum of their gradients for x.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from glassnet.nn.container import Container
from glassnet.nn.layer import NO_GRADIENT
from glassnet.nn.sequential import Sequential
from glassnet.nn.types import Array

__all__ = ["Add", "Concatenate", "Residual"]


class _Branches(Container):
    """Layers side by side."""

    def _outputs(self, x: Array, train: bool) -> list[Array]:
        """Return the output of each branch; raise a ValueError if they can't become one."""
        outputs = [layer.forward(x, train) for layer in self.layers.values()]
        if len({self._shape_in_common(y.shape) for y in outputs}) != 1:
            shapes = ", ".join(
                f"{name} {y.shape}" for name, y in zip(self.layers, outputs, strict=True)
            )
            raise ValueError(
                f"{type(self).__name__} can't join what its branches return for x of shape "
                f"{x.shape}: {shapes or 'there are none'}"
            )
        return outputs

    def _shape_in_common(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        """Return the part of an output's shape that has to be the same for all branches."""
        return shape

    def _dtype(self, outputs: Sequence[Array]) -> np.dtype[np.generic]:
        """Return the data type of y: that of the parameters, if there are any."""
        return self.theta.dtype if self.parameter_count else np.result_type(*outputs)

    def _input_gradient(self, doutputs: Sequence[Array]) -> Array:
        """Return the sum of the branches' gradients for x, given those for their outputs."""
        total = NO_GRADIENT
        for layer, doutput in zip(self.layers.values(), doutputs, strict=True):
            dx = layer.backward(doutput)
            if dx is not NO_GRADIENT:
                total = dx if total is NO_GRADIENT else total + dx
        if total is NO_GRADIENT or not self.requires_input_gradient:
            return NO_GRADIENT
        return total.astype(doutputs[0].dtype, copy=False)

    def skip_input_gradient(self) -> None:
        super().skip_input_gradient()
        for layer in self.layers.values():
            layer.skip_input_gradient()


class Add(_Branches):
    """Layers side by side whose outputs are added: y = f(x) + g(x) + ...

    Parameters
    ----------
    *layers : Layer or (str, Layer)
        The branches; a branch of several layers is a `Sequential`. They are named by kind and
        count, as in `Sequential`, unless a pair (name, layer) gives them a name.

    Raises
    ------
    ValueError
        If two branches have the same name, or the same layer is there twice. From `forward`, if the
        outputs differ in shape, or there is no branch.
    TypeError
        If it is given anything but layers and pairs.

    Shapes
    ------
    - x: as every branch takes it
    - y: as every branch returns it

    Notes
    -----
    ∂y / ∂f = 1, so each branch gets dy, and dx is the sum of their gradients for x. Data types
    follow the parameters. For a shortcut around layers that keep the shape see `Residual`; where
    they change it, a branch of one layer, such as a `Conv2D` of kernel size 1, makes it fit.

    References
    ----------
    He, Zhang, Ren & Sun 2016, *Deep residual learning for image recognition*, arXiv:1512.03385,
    for shortcuts with a projection.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.nn import Add, Dense, ReLU, Sequential
    >>> block = Add(Sequential(Dense(4, 8), ReLU(), Dense(8, 3)), ("shortcut", Dense(4, 3)))
    >>> print(block.initialize(np.random.default_rng(0)).summary(np.zeros((5, 4), np.float32)))
    layer                      output  parameters
    Add                        (5, 3)          82
      sequential1: Sequential  (5, 3)          67
        dense1: Dense          (5, 8)          40
        relu1: ReLU            (5, 8)           0
        dense2: Dense          (5, 3)          27
      shortcut: Dense          (5, 3)          15
    """

    def forward(self, x: Array, train: bool = False) -> Array:
        first, *others = self._outputs(x, train)
        y = first.astype(self._dtype([first, *others]))
        for output in others:
            y += output
        return y

    def backward(self, dy: Array) -> Array:
        return self._input_gradient([dy] * len(self.layers))


class Concatenate(_Branches):
    """Layers side by side whose outputs are put one after the other along the last axis.

    Parameters
    ----------
    *layers : Layer or (str, Layer)
        The branches, as in `Add`.

    Raises
    ------
    ValueError
        If two branches have the same name, or the same layer is there twice. From `forward`, if the
        outputs differ in any axis but the last, or there is no branch.
    TypeError
        If it is given anything but layers and pairs.

    Shapes
    ------
    - x: as every branch takes it
    - y: (..., the sum of the branches' last axes)

    Notes
    -----
    Each branch gets the columns of dy that are its own, and dx is the sum of the branches'
    gradients for x. Data types follow the parameters.

    References
    ----------
    Szegedy et al. 2015, *Going deeper with convolutions*, arXiv:1409.4842, for branches of
    different kernel sizes.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.nn import Concatenate, Conv2D
    >>> block = Concatenate(Conv2D(2, 4, 1), Conv2D(2, 8, 3, padding="same"))
    >>> print(block.initialize(np.random.default_rng(0)).summary(np.zeros((5, 6, 7, 2))))
    layer              output         parameters
    Concatenate        (5, 6, 7, 12)         164
      conv2d1: Conv2D  (5, 6, 7, 4)           12
      conv2d2: Conv2D  (5, 6, 7, 8)          152
    """

    def forward(self, x: Array, train: bool = False) -> Array:
        outputs = self._outputs(x, train)
        widths = [y.shape[-1] for y in outputs]
        self._ends = [sum(widths[:number]) for number in range(1, len(widths))]
        return np.concatenate(outputs, axis=-1, dtype=self._dtype(outputs))

    def backward(self, dy: Array) -> Array:
        return self._input_gradient(np.split(dy, self._ends, axis=-1))

    def _shape_in_common(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        return shape[:-1]


class Residual(Sequential):
    """Layers one after the other with a shortcut around all of them: y = x + f(x).

    Parameters
    ----------
    *layers : Layer or (str, Layer)
        The layers that f is made of, as in `Sequential`; f(x) has the shape of x.

    Raises
    ------
    ValueError
        If two layers have the same name, or the same layer is there twice. From `forward`, if f(x)
        has another shape than x.
    TypeError
        If it is given anything but layers and pairs.

    Shapes
    ------
    - x: as the first layer takes it
    - y: as x

    Notes
    -----
    dx is dy plus f's gradient for x: however deep the network, its first layers get a gradient that
    no layer has made smaller. y has the data type of f(x).

    References
    ----------
    He, Zhang, Ren & Sun 2016, *Deep residual learning for image recognition*, arXiv:1512.03385.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.nn import Dense, GELU, LayerNorm, Residual
    >>> block = Residual(LayerNorm(4), Dense(4, 16), GELU(), Dense(16, 4))
    >>> x = np.arange(8.0).reshape(2, 4)
    >>> block.initialize(np.random.default_rng(0), np.float64).forward(x).shape
    (2, 4)
    >>> block.theta[...] = 0  # so that f is 0
    >>> block.forward(x)
    array([[0., 1., 2., 3.],
           [4., 5., 6., 7.]])
    >>> block.backward(np.ones((2, 4)))
    array([[1., 1., 1., 1.],
           [1., 1., 1., 1.]])
    """

    def forward(self, x: Array, train: bool = False) -> Array:
        y = super().forward(x, train)
        if y.shape != x.shape:
            raise ValueError(
                f"Residual adds x to what its layers return, which has shape {y.shape} for x of "
                f"shape {x.shape}; Add takes a second branch that changes the shape as well"
            )
        return np.add(x, y, dtype=y.dtype)

    def backward(self, dy: Array) -> Array:
        dx = super().backward(dy)
        if dx is NO_GRADIENT or not self.requires_input_gradient:
            return NO_GRADIENT
        return np.add(dy, dx, dtype=dy.dtype)
