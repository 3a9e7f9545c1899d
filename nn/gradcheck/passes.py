"""Forward passes of a layer with one of its tensors moved, in real or in complex numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress

import numpy as np

from glassnet.nn.batch_shard import BatchShard
from glassnet.nn.layer import Layer
from glassnet.nn.types import Array


class Passes:
    """Forward passes of a layer from the same input, state and randomness."""

    def __init__(
        self, layer: Layer, x: Array, state: Mapping[str, Array], train: bool, seed: int
    ) -> None:
        self._layer, self._x, self._state = layer, x, dict(state)
        self._train, self._seed = train, seed

    def forward(self) -> Array:
        """Return the output itself, which the layer may hold as well."""
        return self._forward(self._x, self._state)

    def warm_up(self) -> None:
        """Compute with another input first, so that a cache that is not renewed shows later."""
        with suppress(Exception):  # the layer may refuse an input in this order
            self._forward(np.ascontiguousarray(np.flip(self._x)), self._state)

    def of(self, name: str) -> Callable[[Array], Array]:
        """Return the output, and at its end the auxiliary loss, as a function of one tensor.

        The tensor has the name that it has in messages, such as "input" or "parameter W". If it is
        complex, everything is computed in complex numbers.
        """
        kind, _, dotted = name.partition(" ")

        def at(value: Array) -> Array:
            x, state = self._x, self._state
            with self._parameters_of(value.dtype) as parameters:
                if np.iscomplexobj(value):
                    x = x.astype(value.dtype) if np.issubdtype(x.dtype, np.floating) else x
                    state = {key: array.astype(value.dtype) for key, array in state.items()}
                if kind == "input":
                    x = value
                elif kind == "state":
                    state = {**state, dotted: value}
                else:
                    parameters[dotted][...] = value
                y = self._forward(x, state)
                return np.append(y, self._layer.total_auxiliary_loss())

        return at

    @contextmanager
    def _parameters_of(self, dtype: np.typing.DTypeLike) -> Iterator[dict[str, Array]]:
        """Lend the layer, which may be inside another, copies of its parameters in this type."""
        layer, theta, grad = self._layer, self._layer.theta, self._layer.grad
        try:
            layer._bind(theta.astype(dtype), np.empty(grad.shape, dtype))
            yield layer.parameters
        finally:
            layer._bind(theta, grad)

    def _forward(self, x: Array, state: Mapping[str, Array]) -> Array:
        """Return the output for an input and a state, with the same random numbers each time."""
        self._layer.set_batch_shard(BatchShard(np.random.default_rng(self._seed)))
        self._layer.state = state
        return self._layer.forward(x, self._train)
