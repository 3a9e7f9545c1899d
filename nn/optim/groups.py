"""Groups of parameters: a learning rate of their own for some, and none for frozen ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from glassnet.nn.contract.named.patterns import values_by_name
from glassnet.nn.layer import Layer
from glassnet.nn.optim.base import ParameterGroup, require

__all__ = ["parameter_groups"]


def parameter_groups(
    network: Layer, factors: Mapping[str, float] | None = None, own: slice | None = None
) -> list[ParameterGroup]:
    """Return the parts of `theta` that an optimizer changes, each with its learning rate's factor.

    Parameters
    ----------
    network : Layer
        An initialized network. Its frozen parameters are in no group.
    factors : mapping of str to float, optional
        What the learning rate is multiplied by, above 0, by patterns of names such as
        ``{"embedding.*": 0.1}``; the last pattern that fits counts. All others have 1.
    own : slice, optional
        The part of `theta` that a worker updates; groups then count from its start. By default all
        of it.

    Returns
    -------
    list of ParameterGroup
        For `Optimizer.groups`, in the order of `theta`. Neighbours with one factor are one group.

    Raises
    ------
    ValueError
        If a factor is not above 0, or a pattern fits no parameter.

    Notes
    -----
    The factor multiplies weight decay as well, which is a part of the learning rate times θ. The
    groups hold what is frozen when they are made: make them anew after `freeze` or `unfreeze`.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.nn import Adam, Dense, Sequential, Tanh, parameter_groups
    >>> network = Sequential(Dense(2, 3), Tanh(), Dense(3, 1))
    >>> network = network.initialize(np.random.default_rng(0))
    >>> network.freeze("dense1.W")
    >>> parameter_groups(network, {"dense2.*": 0.1})
    [ParameterGroup(start=6, stop=9, factor=1.0), ParameterGroup(start=9, stop=13, factor=0.1)]
    >>> optimizer = Adam(weight_decay=0.1)
    >>> optimizer.groups = parameter_groups(network, {"dense2.*": 0.1})
    >>> before = network.theta.copy()
    >>> network.grad[...] = 1
    >>> optimizer.step(network.theta, network.grad)
    >>> (network.theta != before).astype(int)
    array([0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1])
    """
    by_name = values_by_name(factors or {}, network.parameters)
    for name, factor in by_name.items():
        require(f"the learning rate's factor of {name}", factor, factor > 0, "above 0")
    groups: list[ParameterGroup] = []
    for name, start, stop in trainable_spans(network, own):
        factor = float(by_name.get(name, 1.0))
        if groups and groups[-1].stop == start and groups[-1].factor == factor:
            start = groups.pop().start
        groups.append(ParameterGroup(start, stop, factor))
    return groups


class Span(NamedTuple):
    """Where a parameter, or a worker's part of it, lies in the worker's part of `theta`."""

    name: str
    start: int
    stop: int


def trainable_spans(network: Layer, own: slice | None = None) -> Iterator[Span]:
    """Yield where each parameter that is not frozen lies in a worker's part of `theta`."""
    first, last, _ = (own or slice(None)).indices(network.theta.size)
    frozen, offset = set(network.frozen), 0
    for name, values in network.parameters.items():
        start, stop = max(offset, first), min(offset + values.size, last)
        offset += values.size
        if start < stop and name not in frozen:
            yield Span(name, start - first, stop - first)
