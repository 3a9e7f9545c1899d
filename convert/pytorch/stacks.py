"""What a state dict is the weights of, told from names and shapes: stacks of recurrent layers.

A state dict has no structure: not what is computed between the modules, nor which of several
things that have weights of the same shapes. It can be told for the one kind of network that nearly
all text models with recurrence are: an embedding or none, LSTM, GRU or RNN layers of one or two
directions, and a linear layer or none.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import NamedTuple

from glassnet.convert.cells import GLASSNET_GATES
from glassnet.convert.format import ConversionError
from glassnet.convert.pytorch.layers import layout_of
from glassnet.convert.pytorch.modules import Module, group
from glassnet.nn import (
    GRU,
    LSTM,
    Array,
    Bidirectional,
    Dense,
    Embedding,
    Layer,
    Sequential,
    SimpleRNN,
)

__all__ = ["stack_of"]

WAY_OUT = "glassnet.convert.load_weights fills a network that you build"

_CELLS: dict[int, type[LSTM | GRU | SimpleRNN]] = {
    len(GLASSNET_GATES[kind.__name__]): kind for kind in (LSTM, GRU, SimpleRNN)
}
"""The kinds of cells by their number of gates."""


class _Recurrent(NamedTuple):
    module: Module
    layer: Layer
    inputs: int
    outputs: int


def stack_of(tensors: Mapping[str, Array], ordered: bool) -> tuple[Layer, dict[str, Array]]:
    """Return the network that a state dict is the weights of, and its arrays.

    Parameters
    ----------
    tensors : Mapping[str, Array]
        The state dict.
    ordered : bool
        Whether the tensors come in the order of the modules, as they do from PyTorch itself.

    Returns
    -------
    network : Layer
        A `Sequential`, not initialized.
    arrays : dict[str, Array]
        Its parameters by their dotted names.

    Raises
    ------
    ConversionError
        If it is no such stack; the message names the tensor that has no place.

    Shapes
    ------
    - tensors: as PyTorch's modules have them

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.convert.pytorch.stacks import stack_of
    >>> shapes = {"rnn.weight_ih_l0": (8, 3), "rnn.weight_hh_l0": (8, 2), "out.weight": (3, 2)}
    >>> tensors = {name: np.zeros(shape, np.float32) for name, shape in shapes.items()}
    >>> network, arrays = stack_of(tensors, ordered=True)
    >>> print(network)
    Sequential
      lstm1: LSTM Wx (3, 8), Wh (2, 8), b (8,)
      dense1: Dense W (2, 3), b (3,)
    """
    modules = group(tensors)
    recurrent = [_recurrent(module) for module in modules if module.has("weight_ih_l0")]
    matrices = [module for module in modules if not module.has("weight_ih_l0")]
    for module in matrices:
        _require_matrix(module)
    if not recurrent:
        raise ConversionError(
            f"tensor {next(iter(tensors), 'of any name')} can't be placed: there is no LSTM, GRU "
            f"or RNN; {WAY_OUT}"
        )
    for below, above in pairwise(recurrent):
        if above.inputs != below.outputs:
            _misfit(above.module, "weight_ih_l0", above.inputs, below.module, below.outputs)
    first, last = recurrent[0], recurrent[-1]
    embedding, linear = _roles(matrices, first, last, modules if ordered else None)
    layers = [(part.module, part.layer) for part in recurrent]
    if embedding is not None:
        size, width = embedding.shapes["weight"]
        if width != first.inputs:
            _misfit(first.module, "weight_ih_l0", first.inputs, embedding, width)
        layers.insert(0, (embedding, Embedding(size, width)))
    if linear is not None:
        outputs, inputs = linear.shapes["weight"]
        if inputs != last.outputs:
            _misfit(linear, "weight", inputs, last.module, last.outputs)
        layers.append((linear, Dense(inputs, outputs)))
    network = Sequential(*(layer for _, layer in layers))
    arrays = {}
    for name, (module, layer) in zip(network.layers, layers, strict=True):
        layout = layout_of(layer)
        assert layout is not None
        for own, value in layout.arrays(layer, module).items():
            arrays[f"{name}.{own}"] = value
        for local, full_name in module.names.items():
            if full_name not in module.taken:
                raise ConversionError(
                    f"tensor {full_name} {module.shapes[local]} can't be placed; {WAY_OUT}"
                )
    return network, arrays


def _recurrent(module: Module) -> _Recurrent:
    """Return the layer that a module's tensors are the weights of."""
    shapes = module.shapes
    of_input, of_state = shapes["weight_ih_l0"], shapes.get("weight_hh_l0", ())
    fit = len(of_input) == len(of_state) == 2 and of_input[0] == of_state[0] and of_state[1] > 0
    gates, rest = divmod(of_state[0], of_state[1]) if fit else (0, 0)
    if not fit or rest or gates not in _CELLS:
        raise ConversionError(
            f"tensors {module.name('weight_ih_l0')} {of_input} and "
            f"{module.name('weight_hh_l0')} {of_state or 'which is missing'} are not those of an "
            f"LSTM, GRU or RNN without projection; {WAY_OUT}"
        )
    inputs, units = of_input[1], of_state[1]
    cell = _CELLS[gates](inputs, units)
    if module.has("weight_ih_l0_reverse"):
        return _Recurrent(module, Bidirectional(cell), inputs, 2 * units)
    return _Recurrent(module, cell, inputs, units)


def _require_matrix(module: Module) -> None:
    """Raise a ConversionError if a module is neither an embedding nor a linear layer."""
    for local, shape in module.shapes.items():
        if {"weight": 2, "bias": 1}.get(local) != len(shape) or not module.has("weight"):
            raise ConversionError(
                f"tensor {module.name(local)} {shape} can't be placed: it is of no embedding, "
                f"LSTM, GRU, RNN or linear layer; {WAY_OUT}"
            )


def _roles(
    matrices: list[Module], first: _Recurrent, last: _Recurrent, order: list[Module] | None
) -> tuple[Module | None, Module | None]:
    """Return the embedding and the linear layer among the modules that have a matrix."""

    def may_embed(module: Module) -> bool:
        if module.has("bias"):
            return False
        if order is not None:
            return order.index(module) < order.index(first.module)
        return module.shapes["weight"][1] == first.inputs

    def may_read(module: Module) -> bool:
        if order is not None:
            return order.index(module) > order.index(last.module)
        return module.has("bias") or module.shapes["weight"][1] == last.outputs

    choices: list[tuple[Module | None, Module | None]] = []
    for embedding in (None, *filter(may_embed, matrices)):
        for linear in (None, *filter(may_read, matrices)):
            used = [module for module in (embedding, linear) if module is not None]
            if (len(used) == len(matrices) and embedding is not linear) or not matrices:
                choices.append((embedding, linear))
    if len(choices) > 1:  # two matrices of fitting shapes without bias: their names may tell
        named = [c for c in choices if c[0] is not None and "emb" in c[0].path.lower()]
        choices = named or choices
    if len(choices) != 1:
        module = matrices[-1]
        why = "is the embedding or a linear layer" if choices else "belongs"
        raise ConversionError(
            f"tensor {module.name('weight')} {module.shapes['weight']} can't be placed: where it "
            f"{why} can't be told from names and shapes; {WAY_OUT}"
        )
    return choices[0]


def _misfit(above: Module, local: str, inputs: int, below: Module, outputs: int) -> None:
    raise ConversionError(
        f"tensor {above.name(local)} {above.shapes[local]} reads {inputs} inputs, and what "
        f"comes before it, {next(iter(below.names.values()))}, has {outputs}; {WAY_OUT}"
    )
