"""L1 and L2 penalties on parameters, by their names."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from glassnet.nn.contract.named.patterns import values_by_name
from glassnet.nn.layer import Layer
from glassnet.nn.optim.base import require
from glassnet.nn.optim.groups import trainable_spans

__all__ = ["WeightPenalty"]


class WeightPenalty:
    """A penalty on the size of parameters, which is added to the loss.

        Σ l1 · |θ| + l2 · θ²

    Parameters
    ----------
    l1, l2 : mapping of str to float, optional
        The strengths, at least 0, by patterns of parameters' names such as ``{"*.W": 1e-4}``; the
        last pattern that fits counts. Parameters that no pattern fits have no penalty.

    Raises
    ------
    ValueError
        If a strength is negative.

    Notes
    -----
    The gradient is l1 · sign(θ) + 2 · l2 · θ, as of Keras' regularizers; PyTorch's `weight_decay`
    of its `SGD` is 2 · l2. The optimizer takes it as a part of the gradient, while the
    `weight_decay` of glassnet's optimizers shrinks the parameters beside it.

    References
    ----------
    Goodfellow, Bengio & Courville 2016, *Deep learning*, section 7.1.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.nn import Dense, Sequential, WeightPenalty
    >>> network = Sequential(Dense(1, 2)).initialize(np.random.default_rng(0))
    >>> network.theta[...] = [3, -1, 5, 5]
    >>> penalty = WeightPenalty(l1={"*.W": 0.5})
    >>> penalty.add(network)  # 0.5 · (3 + 1)
    2.0
    >>> network.gradients
    {'dense1.W': array([[ 0.5, -0.5]], dtype=float32), 'dense1.b': array([0., 0.], dtype=float32)}
    """

    def __init__(
        self, l1: Mapping[str, float] | None = None, l2: Mapping[str, float] | None = None
    ) -> None:
        self.l1, self.l2 = dict(l1 or {}), dict(l2 or {})
        for kind, strengths in (("l1", self.l1), ("l2", self.l2)):
            for pattern, strength in strengths.items():
                require(f"{kind} of {pattern}", strength, strength >= 0, "at least 0")

    def add(self, network: Layer, own: slice | None = None) -> float:
        """Add the gradient of the penalty to a network's gradients, and return the penalty.

        Parameters
        ----------
        network : Layer
            An initialized network. Its frozen parameters have no penalty.
        own : slice, optional
            The part of `theta` and `grad` that a worker updates; by default all. The penalties of
            all workers add up to that of the whole.

        Returns
        -------
        float
            The penalty.

        Raises
        ------
        ValueError
            If a pattern fits no parameter.
        """
        names = network.parameters
        l1, l2 = (values_by_name(strengths, names) for strengths in (self.l1, self.l2))
        part = own or slice(None)
        theta, grad, penalty = network.theta[part], network.grad[part], 0.0
        for name, start, stop in trainable_spans(network, own):
            weights, gradient = theta[start:stop], grad[start:stop]
            if strength := float(l1.get(name, 0.0)):
                penalty += strength * float(np.abs(weights).sum(dtype=np.float64))
                gradient += strength * np.sign(weights)
            if strength := float(l2.get(name, 0.0)):
                penalty += strength * float(np.square(weights).sum(dtype=np.float64))
                gradient += 2 * strength * weights
        return penalty
