"""The largest values of many columns, kept in one pass over blocks of rows."""

from __future__ import annotations

import numpy as np

from glassnet.nn import Array


class LargestValues:
    """The largest values of each unit among those seen so far, with their positions.

    A value and its position are packed into one 64-bit key. The upper half orders like the value;
    the lower half falls as the position rises, so that of equal values the earlier is the larger.

    Parameters
    ----------
    units : int
        Number of units.
    size : int
        How many values to keep for each unit.
    """

    def __init__(self, units: int, size: int) -> None:
        nowhere = np.array([np.iinfo(np.uint32).max])
        self._empty = _pack(np.array([-np.inf], np.float32), nowhere)[0]
        self._keys = np.full((units, size), self._empty)
        self._least = np.full(units, -np.inf, np.float32)  # the least value kept, by unit

    def add(self, positions: Array, values: Array) -> None:
        """Take in values (n, units) at positions (n,)."""
        units, rows = np.nonzero(self._least[:, None] <= values.T)
        counts = np.bincount(units, minlength=len(self._keys))
        fresh = np.full((len(counts), counts.max()), self._empty)  # rows are filled up with empty
        columns = np.arange(len(units)) - np.repeat(np.cumsum(counts) - counts, counts)
        fresh[units, columns] = _pack(values[rows, units], positions[rows])
        size = self._keys.shape[1]
        both = np.concatenate([self._keys, fresh], axis=1)
        self._keys = np.partition(both, -size, axis=1)[:, -size:]
        self._least = _unpack(self._keys[:, 0])[1]

    def spaced(self, count: int, apart: int) -> tuple[Array, Array]:
        """Return the largest values that are at least `apart` positions from each other.

        Returns
        -------
        positions : array (units, count) int64
            Of the largest value first; -1 where there are fewer.
        values : array (units, count) float32
            The values there.
        """
        keys = self._keys.copy()
        positions = np.full((len(keys), count), -1)
        values = np.zeros((len(keys), count), np.float32)
        everywhere = _unpack(keys)[0]
        for rank in range(count):
            best = keys.max(axis=1)
            there = best > self._empty
            position, value = _unpack(best)
            positions[there, rank], values[there, rank] = position[there], value[there]
            keys[np.abs(everywhere - position[:, None]) < apart] = self._empty
        return positions, values


_SIGN = np.uint32(1 << 31)


def _pack(values: Array, positions: Array) -> Array:
    """Return the keys, uint64, of values and their positions."""
    bits = (values + np.float32(0)).view(np.uint32)  # -0 + 0 is 0, which has the bits of its equal
    ordered = np.where(bits & _SIGN, ~bits, bits | _SIGN).astype(np.uint64)
    return ordered << np.uint64(32) | ~positions.astype(np.uint32)


def _unpack(keys: Array) -> tuple[Array, Array]:
    """Return the positions, int64, and the values, float32, of keys."""
    ordered = (keys >> np.uint64(32)).astype(np.uint32)
    values = np.where(ordered & _SIGN, ordered ^ _SIGN, ~ordered).view(np.float32)
    return (~keys.astype(np.uint32)).astype(np.int64), values
