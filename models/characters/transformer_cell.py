"""The character transformer one character at a time."""

from __future__ import annotations

import copy
from collections.abc import Mapping

from glassnet.models.characters.network import CharacterNetwork
from glassnet.nn import (
    Array,
    Layer,
    MultiHeadAttention,
    MultiHeadAttentionCell,
    PositionEmbedding,
    Residual,
)


class CharacterTransformerCell:
    """A character transformer read one character at a time, as sampling does.

    Its weights are copied. When as many characters were read as it has positions for, it forgets
    the first half of them and reads the others again, at new positions.

    Parameters
    ----------
    network : CharacterNetwork
        An initialized `CharacterTransformer`.
    rows : int, default 1
        N, the number of texts side by side.

    Shapes
    ------
    - ids: (N,)
    - logits: (N, characters)

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.models import CharacterTransformer, Vocabulary
    >>> network = CharacterTransformer(Vocabulary("ab"), layers=1, units=8, heads=2, context=6)
    >>> network = network.initialize(np.random.default_rng(1))
    >>> ids = np.array([[0], [1], [1]])  # (T, N): "abb"
    >>> cell = network.cell()
    >>> logits = np.array([cell.step(row) for row in ids])
    >>> np.allclose(logits, network.forward(ids), atol=1e-6)
    True
    """

    def __init__(self, network: CharacterNetwork, rows: int = 1) -> None:
        self._network = copy.deepcopy(network)
        self._context = network.context or 0
        self._cells: dict[Layer, MultiHeadAttentionCell] = {
            layer: MultiHeadAttentionCell(layer, rows, self._context)
            for _, layer in self._network.walk()
            if isinstance(layer, MultiHeadAttention)
        }
        self._ids: list[Array] = []  # what was read and not forgotten, (N,) each

    def start(self, state: Mapping[str, Array]) -> None:
        """Forget what was read.

        Parameters
        ----------
        state : Mapping[str, Array]
            What the network carries: nothing.
        """
        self._forget()

    def clamp(self, layer: int, units: Array, values: Array, rows: Array) -> None:
        """Refuse to clamp: there is no hidden state.

        Parameters
        ----------
        layer : int
            Number of a layer.
        units, values, rows : Array
            As `CharacterCell.clamp` takes them.

        Raises
        ------
        ValueError
            Always.
        """
        raise ValueError("a transformer has no hidden state to clamp")

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
        if len(self._ids) == self._context:
            again = self._ids[-(self._context // 2) :]
            self._forget()
            for each in again:
                self._read(each)
        return self._read(ids)

    def _forget(self) -> None:
        self._ids = []
        for cell in self._cells.values():
            cell.length = 0

    def _read(self, ids: Array) -> Array:
        """Return the logits after one more character, at the next position."""
        now = len(self._ids)
        self._ids.append(ids)
        x: Array = ids[None]  # (1, N), then (1, N, D)
        for layer in self._network.layers.values():
            if isinstance(layer, PositionEmbedding):
                x = x + layer.P[now]
            elif isinstance(layer, Residual):
                added = x
                for part in layer.layers.values():
                    cell = self._cells.get(part)
                    added = part.forward(added) if cell is None else cell.step(added[0])[None]
                x = x + added
            else:
                x = layer.forward(x)
        logits: Array = x[0]
        return logits
