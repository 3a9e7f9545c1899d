"""Copies of layers whose views are whole.

NumPy copies an array and its views apart from each other. In a network that would cut the layers'
parameters from the vector that the optimizer changes, and the buffers of an LSTM from the views
that its loop writes to. So arrays of layers that lie in the same memory do so in the copy.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Never, Self

import numpy as np
from numpy.lib.array_utils import byte_bounds

from glassnet.nn.types import Array

Memo = dict[int, object]  # copies by the id of what was copied, as `copy.deepcopy` keeps them


class WithCopies:
    """The part of a layer that copies it."""

    _written: set[str]  # the attributes that are views into the vectors, or the vectors

    theta: Array
    grad: Array

    if TYPE_CHECKING:

        def bind(self, theta: Array, grad: Array) -> None: ...

        def walk(self, prefix: str = "") -> Iterator[tuple[str, WithCopies]]: ...

    def __deepcopy__(self, memo: Memo) -> Self:
        """Return a copy that shares nothing with this layer."""
        parts = [vars(part) for _, part in self.walk()]
        arrays = {
            id(value): value
            for part in parts
            for value in part.values()
            if isinstance(value, np.ndarray) and id(value) not in memo
        }
        for together in _sharing(arrays.values()):
            _copy_together(together, memo)
        result = type(self).__new__(type(self))
        memo[id(self)] = result
        for name, value in vars(self).items():
            vars(result)[name] = copy.deepcopy(value, memo)
        vars(result)["_home"] = None  # a copy belongs to none, unless it is inside another copy
        if "theta" in vars(result):  # a layer inside may have been copied before, by itself
            result.bind(result.theta, result.grad)
        return result

    def __copy__(self) -> Self:
        """Return a copy with the same vectors and source of randomness, and copies of all else."""
        shared = [
            value
            for _, part in self.walk()
            for name, value in vars(part).items()
            if name in part._written or name == "batch_shard"
        ]
        return copy.deepcopy(self, {id(value): value for value in shared})

    def __reduce_ex__(self, protocol: object) -> Never:
        raise TypeError(
            f"a {type(self).__name__} can't be pickled: save a network with "
            "glassnet.models.save_checkpoint, or a layer's parameters with "
            "np.savez(path, **layer.arrays)"
        )


def _sharing(arrays: Iterable[Array]) -> Iterator[list[Array]]:
    """Yield lists of arrays that lie in the memory of the same array."""
    groups: dict[int, list[Array]] = {}
    for array in arrays:
        owner = array
        while isinstance(owner.base, np.ndarray):
            owner = owner.base
        groups.setdefault(id(owner), []).append(array)
    yield from groups.values()


def _copy_together(arrays: list[Array], memo: Memo) -> None:
    """Copy the memory that arrays lie in, and note in `memo` the same views into the copy."""
    if len(arrays) == 1 or any(array.dtype.hasobject for array in arrays):
        return
    bounds = [byte_bounds(array) for array in arrays]
    start = min(first for first, _ in bounds)
    memory = np.empty(max(end for _, end in bounds) - start, np.uint8)
    for array in arrays:
        first = array.__array_interface__["data"][0] - start
        view: Array = np.ndarray(array.shape, array.dtype, memory, first, array.strides)
        view[...] = array
        memo[id(array)] = view
