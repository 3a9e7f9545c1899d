"""Two recurrent layers that read the same sequence in both directions: Schuster & Paliwal 1997."""

from __future__ import annotations

import copy

import numpy as np

from glassnet.nn.layer import NO_GRADIENT, Layer
from glassnet.nn.recurrent.lengths import (
    check_lengths,
    last_steps,
    last_steps_gradient,
    reversed_steps,
)
from glassnet.nn.types import Array


class Bidirectional(Layer):
    """A layer that reads each sequence forward and a second one that reads it backward.

    Their outputs are concatenated: at each time step what the one has read up to there, and what
    the other has read from the end back to there.

    Parameters
    ----------
    layer : Layer
        The recurrent layer that reads forward, or layers in a `Sequential`; not yet initialized.
    backward_layer : Layer, optional
        The one that reads backward; by default another layer like the first, with parameters of
        its own.
    last_step : bool, default False
        Return only the last output of each layer, after it has read the whole sequence: of the
        backward one that is its output at the first time step.

    Raises
    ------
    ValueError
        From `forward`: if x is no sequence, if `last_step` and it has no time step, or if lengths
        are set and are not those of x.

    Shapes
    ------
    - x: (T, N, ...), as the two layers take it
    - y: (T, N, 2 units), or (N, 2 units) with `last_step`

    Attributes
    ----------
    forward_layer, backward_layer : Layer
        The two layers.

    Notes
    -----
    With `set_lengths` the backward layer starts at each sequence's own end.

    `carry` keeps no state: the next part of a sequence would have to come before the backward layer
    could read this one. A `state` that is set is what both start from.

    References
    ----------
    Schuster & Paliwal 1997, *Bidirectional recurrent neural networks*.

    Examples
    --------
    The output at the first time step depends on the last input:

    >>> import numpy as np
    >>> from glassnet.nn import GRU, Bidirectional
    >>> network = Bidirectional(GRU(3, 4)).initialize(np.random.default_rng(0))
    >>> print(network)
    Bidirectional
      forward_layer: GRU Wx (3, 12), Wh (4, 12), b (12,), bh (4,)
      backward_layer: GRU Wx (3, 12), Wh (4, 12), b (12,), bh (4,)
    >>> x = np.ones((6, 1, 3), np.float32)
    >>> first = network(x)[0, 0]
    >>> x[-1] = 0
    >>> changed = network(x)[0, 0]
    >>> first == changed
    array([ True,  True,  True,  True, False, False, False, False])
    """

    def __init__(
        self, layer: Layer, backward_layer: Layer | None = None, last_step: bool = False
    ) -> None:
        super().__init__()
        self.last_step = last_step
        self.forward_layer = layer
        self.backward_layer = copy.deepcopy(layer) if backward_layer is None else backward_layer

    def forward(self, x: Array, train: bool = False) -> Array:
        if x.ndim < 2 or (self.last_step and len(x) == 0):
            least = " with at least one time step" if self.last_step else ""
            raise ValueError(f"Bidirectional expects (T, N, ...){least}, got shape {x.shape}")
        check_lengths(self, self.lengths, *x.shape[:2])
        self._steps = len(x)
        forward = self.forward_layer.forward(x, train)
        backward = self.backward_layer.forward(reversed_steps(x, self.lengths), train)
        self._width = forward.shape[-1]  # of the output, what belongs to the forward layer
        if self.last_step:
            forward = last_steps(forward, self.lengths)
            backward = last_steps(backward, self.lengths)
        else:
            backward = reversed_steps(backward, self.lengths)
        return np.concatenate([forward, backward], axis=-1)

    def backward(self, dy: Array) -> Array:
        dforward, dbackward = dy[..., : self._width], dy[..., self._width :]
        if self.last_step:
            dforward = last_steps_gradient(dforward, self._steps, self.lengths)
            dbackward = last_steps_gradient(dbackward, self._steps, self.lengths)
        else:
            dbackward = reversed_steps(dbackward, self.lengths)
        dx = self.forward_layer.backward(dforward)
        dx_reversed = self.backward_layer.backward(dbackward)
        if dx is NO_GRADIENT or dx_reversed is NO_GRADIENT:
            return NO_GRADIENT
        return dx + reversed_steps(dx_reversed, self.lengths)

    def skip_input_gradient(self) -> None:
        super().skip_input_gradient()
        self.forward_layer.skip_input_gradient()
        self.backward_layer.skip_input_gradient()

    def carry(self, steps: int | None = None) -> None:
        """Keep no state, as the next part of a sequence can't be read before this one."""
