"""The tensors of a state dict, module by module, in the order in which they come."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import numpy as np

from glassnet.convert.format import ConversionError
from glassnet.nn import Array

__all__ = ["Module", "group"]

_BIASES = {"bias", "in_proj_bias", "out_proj.bias"} | {
    f"bias_{product}_l0{direction}" for product in ("ih", "hh") for direction in ("", "_reverse")
}
"""What a module may lack: PyTorch leaves it out with `bias=False`."""

_IGNORED = "num_batches_tracked"
"""Counts the updates of BatchNorm, which matters only to one without momentum."""


@dataclass(eq=False)
class Module:
    """The tensors of one module, or of one layer of a recurrent module.

    Parameters
    ----------
    path : str
        What their names begin with, such as "decoder.".
    tensors : Mapping[str, Array]
        A state dict with these tensors, and perhaps others.
    names : dict[str, str], optional
        The names in the state dict by the local ones, such as "weight". Those of any layer of a
        recurrent module end with `_l0` or `_l0_reverse`. A local name that is not among them is
        what follows the path.
    taken : set[str], optional
        The names in the state dict of what was taken already.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.convert.pytorch.modules import Module
    >>> module = Module("decoder.", {"decoder.weight": np.ones((2, 3))})
    >>> module.take("weight", (2, 3)).shape
    (2, 3)
    >>> module.take("bias", (2,))
    array([0., 0.], dtype=float32)
    """

    path: str
    tensors: Mapping[str, Array]
    names: dict[str, str] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)

    def name(self, local: str) -> str:
        """Return the name of a tensor in the state dict.

        Parameters
        ----------
        local : str
            Its local name.

        Returns
        -------
        str
            Its whole name.
        """
        return self.names.get(local, self.path + local)

    def has(self, local: str) -> bool:
        """Return whether a tensor is there.

        Parameters
        ----------
        local : str
            Its local name.

        Returns
        -------
        bool
            True if it is.
        """
        return self.name(local) in self.tensors

    def take(self, local: str, shape: tuple[int, ...]) -> Array:
        """Return a tensor, or zeros for a bias that is not there.

        Parameters
        ----------
        local : str
            Its local name.
        shape : tuple[int, ...]
            The shape that it must have.

        Returns
        -------
        Array
            The tensor.

        Raises
        ------
        ConversionError
            If it is missing or has another shape.

        Shapes
        ------
        - tensor: `shape`
        """
        name = self.name(local)
        if name not in self.tensors:
            if local in _BIASES:
                return np.zeros(shape, np.float32)
            raise ConversionError(f"tensor {name} {shape} is missing")
        self.taken.add(name)
        found = self.tensors[name]
        if found.shape != shape:
            raise ConversionError(f"tensor {name} has shape {found.shape}, not {shape}")
        return found

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """The shapes by local name."""
        return {local: self.tensors[name].shape for local, name in self.names.items()}

    def fits(self, other: Module) -> bool:
        """Return whether another module has tensors of the same names and shapes.

        Parameters
        ----------
        other : Module
            The other one.

        Returns
        -------
        bool
            True if they are the same, or one lacks biases that the other has.
        """
        different = {name for name, _ in self.shapes.items() ^ other.shapes.items()}
        return different <= _BIASES - (self.names.keys() & other.names.keys())

    def __str__(self) -> str:
        shapes = ", ".join(f"{name} {shape}" for name, shape in self.shapes.items())
        return f"{self.path.removesuffix('.') or 'the network'}: {shapes}"


def group(tensors: Mapping[str, Array]) -> list[Module]:
    """Return the modules of a state dict, in the order of their first tensors.

    Parameters
    ----------
    tensors : Mapping[str, Array]
        The state dict.

    Returns
    -------
    list[Module]
        A recurrent module of several layers is several modules here, one for each.

    Shapes
    ------
    - tensors: any

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.convert.pytorch.modules import group
    >>> names = ["rnn.weight_ih_l0", "rnn.weight_ih_l1", "fc.weight", "fc.bias"]
    >>> for module in group({name: np.zeros(1) for name in names}):
    ...     print(module.names)
    {'weight_ih_l0': 'rnn.weight_ih_l0'}
    {'weight_ih_l0': 'rnn.weight_ih_l1'}
    {'weight': 'fc.weight', 'bias': 'fc.bias'}
    """
    attentions = {
        name.removesuffix("in_proj_weight") for name in tensors if name.endswith("in_proj_weight")
    }
    modules: dict[tuple[str, str], Module] = {}
    for name in tensors:
        path, local, number = _parts(name, attentions)
        if local != _IGNORED:
            module = modules.setdefault((path, number), Module(path, tensors))
            module.names[local] = name
    return list(modules.values())


_RECURRENT = re.compile(r"((?:weight|bias)_(?:ih|hh|hr))(?:_l(\d+)(_reverse)?)?")


def _parts(name: str, attentions: Collection[str]) -> tuple[str, str, str]:
    """Return the path, the local name, and the number of the layer of a recurrent module."""
    path, dot, local = name.rpartition(".")
    path += dot
    attention = path.removesuffix("out_proj.")
    if attention != path and attention in attentions:
        return attention, f"out_proj.{local}", ""
    if match := _RECURRENT.fullmatch(local):  # the names of a cell have no number
        return path, f"{match[1]}_l0{match[3] or ''}", match[2] or "0"
    return path, local, ""
