"""The carried state and the lengths of sequences, which recurrent layers have beside their input.

The state is what they pass from the end of one `forward` to the next. Lengths say how many time
steps of each sequence of a batch count, where shorter ones are padded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from glassnet.nn.contract.named.views import States, unknown
from glassnet.nn.types import Array


class WithState:
    """The part of a layer that reads and sets state and lengths of all layers inside it."""

    layers: Mapping[str, WithState]
    state_names: tuple[str, ...] = ()

    def __init__(self) -> None:
        super().__init__()
        self.carried: dict[str, Array] = {}
        self.dcarried: dict[str, Array] = {}
        self.lengths: Array | None = None

    if TYPE_CHECKING:

        def walk(self, prefix: str = "") -> Iterator[tuple[str, WithState]]: ...

    @property
    def state(self) -> dict[str, Array]:
        """The carried state of all recurrent layers by dotted name, such as `lstm1.h`.

        Setting copies the values; states that are not named start from zeros. Setting one entry,
        such as ``network.state["lstm1.h"] = h``, leaves the other states as they are.

        Raises
        ------
        ValueError
            If it is set to a name that no layer has, or an entry to values of another shape.
        """
        values: dict[str, Array] = {}
        setters: dict[str, Callable[[Array], None]] = {}
        for prefix, layer in self.walk():
            values |= {prefix + name: value for name, value in layer.carried.items()}
            for name in layer.state_names:
                setters[prefix + name] = partial(layer.carried.__setitem__, name)
        return States(values, setters)

    @state.setter
    def state(self, values: Mapping[str, Array]) -> None:
        known = {
            prefix + name: layer for prefix, layer in self.walk() for name in layer.state_names
        }
        for name in values:
            if name not in known:
                raise unknown("state", name, known)
        for prefix, layer in self.walk():
            layer.carried = {
                name: np.array(values[prefix + name])
                for name in layer.state_names
                if prefix + name in values
            }

    @property
    def dstate(self) -> dict[str, Array]:
        """The gradient for the state that `forward` started from, set by `backward`."""
        return {
            prefix + name: value
            for prefix, layer in self.walk()
            for name, value in layer.dcarried.items()
        }

    def carry(self, steps: int | None = None) -> None:
        """Keep the state that the last `forward` reached as the next one's initial state.

        Layers without state do nothing.

        Parameters
        ----------
        steps : int, optional
            The number of time steps after which to take the state; by default all.
        """
        for layer in self.layers.values():
            layer.carry(steps)

    def reset_state(self) -> None:
        """Start the next `forward` from zeros."""
        self.state = {}

    def set_lengths(self, lengths: ArrayLike | None) -> None:
        """Tell how many time steps of each sequence of the next inputs count.

        Sequences of unequal length stand in one batch x (T, N, ...), padded at the end to the
        longest. Recurrent layers then leave the state of a sequence as it is beyond its end, return
        zeros there, and take no gradient from there; `LastStep` takes the last step before it, and
        `Bidirectional` starts to read backward from it. Other layers treat all steps alike. The
        values in the padding do not matter, not even if they are no numbers.

        Parameters
        ----------
        lengths : array-like of int, or None
            The length of each sequence, at least 0, in the order of the batch: for the rows that
            this worker holds. None counts all time steps, as at the start. It holds until it is
            set anew.

        Raises
        ------
        ValueError
            If these are no lengths. From `forward` of a recurrent layer: if there are not as many
            as sequences, or one is longer than the input.

        Shapes
        ------
        - lengths: (N,); of a mask (T, N), True where a time step counts, it is ``mask.sum(axis=0)``

        Examples
        --------
        Two sequences side by side, of three time steps and of one:

        >>> import numpy as np
        >>> from glassnet.nn import GRU
        >>> gru = GRU(2, 1).initialize(np.random.default_rng(0))
        >>> gru.set_lengths([3, 1])
        >>> gru(np.ones((3, 2, 2)))[:, :, 0].round(2)
        array([[-0.05, -0.05],
               [-0.07,  0.  ],
               [-0.07,  0.  ]], dtype=float32)
        """
        values = None if lengths is None else np.array(lengths)
        if values is not None:
            whole = np.issubdtype(values.dtype, np.integer) or values.size == 0
            if values.ndim != 1 or not whole or (values < 0).any():
                raise ValueError(f"lengths must be whole numbers (N,), at least 0, not {lengths!r}")
            values = values.astype(int)
        for _, layer in self.walk():
            layer.lengths = values
