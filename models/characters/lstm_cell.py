"""The character LSTM, or one of other cells, one character at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from glassnet.nn import (
    GRU,
    LSTM,
    Array,
    Dense,
    Embedding,
    GRUCell,
    LSTMCell,
    SimpleRNN,
    SimpleRNNCell,
)
from glassnet.nn.recurrent.base import RecurrentLayer
from glassnet.nn.recurrent.cells.base import RecurrentCell

CELLS: dict[str, tuple[Callable[..., RecurrentLayer], Callable[..., RecurrentCell]]] = {
    "lstm": (LSTM, LSTMCell),
    "gru": (GRU, GRUCell),
    "rnn": (SimpleRNN, SimpleRNNCell),
}
"""The recurrent layers that a character network can be made of, each with its cell, by name."""


class CharacterLSTMCell:
    """A character LSTM read one character at a time, as sampling does; its weights are copied.

    Parameters
    ----------
    recurrent : Sequence[RecurrentLayer]
        The recurrent layers of an initialized network; `CharacterLSTM.cell` passes its own.
    dense : Dense
        Its output layer. If it has inputs for all layers, it reads the output of all of them.
    rows : int, default 1
        N, the number of texts side by side.
    embedding : Embedding, optional
        Its embedding; without one, the first layer reads one-hot characters.
    temperature : float, default 1.0
        Divides the logits.
    kind : {'lstm', 'gru', 'rnn'}, default 'lstm'
        What the recurrent layers are.

    Shapes
    ------
    - ids: (N,)
    - logits: (N, characters)

    Attributes
    ----------
    cells : list[RecurrentCell]
        One for each layer, whose state, such as `h` and `c` (N, H), may be read and set.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.models import CharacterLSTM, Vocabulary
    >>> network = CharacterLSTM(Vocabulary("ab"), units=4).initialize(np.random.default_rng(1))
    >>> ids = np.array([[0], [1], [1]])  # (T, N): "abb"
    >>> cell = network.cell()
    >>> logits = np.array([cell.step(row) for row in ids])
    >>> np.allclose(logits, network.forward(ids), atol=1e-6)
    True
    """

    def __init__(
        self,
        recurrent: Sequence[RecurrentLayer],
        dense: Dense,
        rows: int = 1,
        embedding: Embedding | None = None,
        temperature: float = 1.0,
        kind: str = "lstm",
    ) -> None:
        _, cell = CELLS[kind]
        self.cells = [
            cell(recurrent[0], rows, ids=True, embedding=embedding),
            *(cell(layer, rows) for layer in recurrent[1:]),
        ]
        self._kind = kind
        self._W, self._b = dense.W / temperature, dense.b / temperature
        self._reads_all = len(dense.W) > recurrent[-1].units
        # By layer from 0: rows, units and values of what is clamped, (clamped,) each.
        self._clamped: dict[int, tuple[Array, Array, Array]] = {}

    def start(self, state: Mapping[str, Array]) -> None:
        """Go on from a state of the network, such as {"lstm1.h": (1, H), "lstm1.c": ...}.

        Parameters
        ----------
        state : Mapping[str, Array]
            What `network.state` returned, with one row for all texts or one for each. An empty
            one stands for zeros.
        """
        for number, cell in enumerate(self.cells, start=1):
            for name, values in cell.state.items():
                values[...] = state[f"{self._kind}{number}.{name}"] if state else 0

    def clamp(self, layer: int, units: Array, values: Array, rows: Array) -> None:
        """Keep the hidden state of some units at given values from now on, at every step.

        Neither the recurrence nor the layers above see anything else. An LSTM's cell state goes on.

        Parameters
        ----------
        layer : int
            Number of the recurrent layer, from 1.
        units, values, rows : Array
            One of each for every clamped unit, (clamped,): integers from 0, numbers from -1 to
            1, and integers from 0. They replace those clamped before.
        """
        self._clamped[layer - 1] = rows, units, values
        self.cells[layer - 1].h[rows, units] = values

    def step(self, ids: Array) -> Array:
        """Read one character for each row.

        Parameters
        ----------
        ids : Array
            (N,) integers.

        Returns
        -------
        Array
            Logits (N, characters) of the next character.
        """
        x = ids
        for number, cell in enumerate(self.cells):
            x = cell.step(x)
            if number in self._clamped:
                rows, units, values = self._clamped[number]
                x[rows, units] = values
        if self._reads_all:
            x = np.concatenate([cell.h for cell in self.cells], axis=1)
        return x @ self._W + self._b
