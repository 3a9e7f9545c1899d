"""The last time step of sequences, for networks that return one result for a whole sequence."""

from __future__ import annotations

from glassnet.nn.layer import NO_GRADIENT, Layer
from glassnet.nn.recurrent.lengths import check_lengths, last_steps, last_steps_gradient
from glassnet.nn.types import Array


class LastStep(Layer):
    """The last time step of each sequence, after a recurrent layer.

    Raises
    ------
    ValueError
        From `forward`: if x is no sequence or has no time step, or if lengths are set and are not
        those of x.

    Shapes
    ------
    - x: (T, N, ...)
    - y: (N, ...)

    Notes
    -----
    With `set_lengths` it is the last step of each sequence's own; zeros for an empty one.

    After `Bidirectional` it takes the last step of both directions, of which the backward one has
    read a single time step there; see ``Bidirectional(..., last_step=True)``.

    Examples
    --------
    A classifier of sequences, which tells two of them apart that differ in length:

    >>> import numpy as np
    >>> from glassnet.nn import GRU, Dense, LastStep, Sequential
    >>> network = Sequential(GRU(3, 8), LastStep(), Dense(8, 2))
    >>> network = network.initialize(np.random.default_rng(0))
    >>> x = np.ones((5, 2, 3), np.float32)
    >>> network.set_lengths([5, 2])
    >>> logits = network(x)
    >>> logits.shape, bool((logits[0] == logits[1]).any())
    ((2, 2), False)
    >>> network.set_lengths(None)
    >>> np.allclose(network(x[:2, 1:]), logits[1], atol=1e-6)  # the second one alone
    True
    """

    def forward(self, x: Array, train: bool = False) -> Array:
        if x.ndim < 2 or len(x) == 0:
            raise ValueError(
                f"LastStep expects (T, N, ...) with at least one time step, got shape {x.shape}"
            )
        check_lengths(self, self.lengths, *x.shape[:2])
        self._steps = len(x)
        return last_steps(x, self.lengths)

    def backward(self, dy: Array) -> Array:
        if not self.requires_input_gradient:
            return NO_GRADIENT
        return last_steps_gradient(dy, self._steps, self.lengths)
