"""Clipping of gradients that are too large."""

from __future__ import annotations

import math

import numpy as np

from glassnet.nn.types import Array

__all__ = ["clip_by_global_norm"]


def clip_by_global_norm(grad: Array, limit: float, norm: float | None = None) -> float:
    """Scale the gradients in place so that their norm is at most `limit`.

    Parameters
    ----------
    grad : array
        The flat vector of all gradients, or a slice of it.
    limit : float
        The largest norm allowed, above 0.
    norm : float, optional
        The norm to compare with the limit, for a caller that holds only a slice of the gradients
        and knows the norm of all of them; by default the norm of `grad`.

    Returns
    -------
    float
        The norm before scaling.

    Raises
    ------
    ValueError
        If the limit is not above 0.

    Shapes
    ------
    - grad: (n,)

    Notes
    -----
    The gradients of frozen parameters are 0, so the norm is that of the others. It is taken, and
    the gradients are scaled, before the factors of learning rates apply; the gradients of weight
    penalties are a part of it.

    A norm that is not finite leaves `grad` alone: training has diverged. In float32 this happens
    above about 1e19.

    References
    ----------
    Pascanu, Mikolov & Bengio 2013, *On the difficulty of training recurrent neural networks*,
    algorithm 1.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.nn import clip_by_global_norm
    >>> grad = np.array([3.0, 4.0])
    >>> clip_by_global_norm(grad, limit=1.0)
    5.0
    >>> grad
    array([0.6, 0.8])
    """
    if not limit > 0:
        raise ValueError(f"the limit of the gradient's norm must be above 0, not {limit}")
    norm = float(np.linalg.norm(grad) if norm is None else norm)
    if limit < norm < math.inf:
        grad *= limit / norm
    return norm
