"""Statistics: what a layer measures of its inputs in training and uses later, beside parameters.

They get no gradient, and no optimizer changes them: they are not in `theta`. They are float64 in
every network, as sums of many small updates.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np

from glassnet.nn.contract.messages import WithMessages, require_lengths, require_uninitialized
from glassnet.nn.contract.named.views import Views
from glassnet.nn.types import Array


class WithStatistics(WithMessages):
    """The part of a layer that declares and holds statistics."""

    layers: Mapping[str, WithStatistics]
    _written: set[str]  # attributes whose arrays are written to, not replaced

    def __init__(self) -> None:
        super().__init__()
        self._statistics: dict[str, tuple[tuple[int, ...], float]] = {}  # shapes and first values

    if TYPE_CHECKING:

        @property
        def parameters(self) -> dict[str, Array]: ...

        @property
        def parameter_shapes(self) -> dict[str, tuple[int, ...]]: ...

        def walk(self, prefix: str = "") -> Iterator[tuple[str, WithStatistics]]: ...

    def declare_statistic(self, name: str, shape: tuple[int, ...], value: float) -> None:
        """Declare a statistic: `self.<name>` will be a float64 array, full of `value` at first.

        It is there once the layer is initialized. Setting it copies the values into the array.

        Parameters
        ----------
        name : str
            The name of the statistic.
        shape : tuple of int
            Its shape.
        value : float
            Its first value, to which `initialize` sets it again.

        Raises
        ------
        ValueError
            If the layer has an attribute of this name, or if a length is negative.
        TypeError
            If a length is not a whole number.
        RuntimeError
            If the layer is initialized already.
        """
        require_lengths(type(self).__name__, name, shape)
        require_uninitialized(self, name)
        if name in self._written or hasattr(self, name):
            raise ValueError(f"a statistic can't be named {name!r}: the layer has another {name!r}")
        self._statistics[name] = (shape, value)
        self._written.add(name)

    @property
    def statistics(self) -> dict[str, Array]:
        """The statistics of all layers by dotted name, such as `batchnorm1.running_mean`.

        Setting an entry copies the values into the layer's array.
        """
        return Views("statistic", self._own_statistics())

    @property
    def arrays(self) -> dict[str, Array]:
        """Parameters and statistics by dotted name: all numbers that the output depends on.

        Save these to keep a trained network. Setting an entry copies the values into the network.
        """
        return Views("array", {**self.parameters, **self._own_statistics()})

    @property
    def array_shapes(self) -> dict[str, tuple[int, ...]]:
        """The shapes of `arrays` by dotted name, known before `initialize`."""
        return self.parameter_shapes | {
            prefix + name: shape
            for prefix, layer in self.walk()
            for name, (shape, _) in layer._statistics.items()
        }

    def _own_statistics(self) -> dict[str, Array]:
        return {
            prefix + name: getattr(layer, name)
            for prefix, layer in self.walk()
            for name in layer._statistics
        }

    def _allocate_statistics(self) -> None:
        """Make the arrays of this layer's own statistics that are not there yet."""
        for name, (shape, value) in self._statistics.items():
            if name not in vars(self):
                vars(self)[name] = np.full(shape, value)

    def _reset_statistics(self) -> None:
        """Set this layer's own statistics to their first values."""
        for name, (_, value) in self._statistics.items():
            getattr(self, name)[...] = value
