"""Weights from a file for a network that the user built, whatever its layers are."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from glassnet.convert.format import ConversionError
from glassnet.convert.pytorch.modules import Module, group
from glassnet.convert.pytorch.networks import laid_out, network_arrays, state_dict
from glassnet.convert.registry import fill, read_tensors
from glassnet.nn import Array, Layer

__all__ = ["load_weights"]


def load_weights(network: Layer, path: Path | str) -> None:
    """Fill a network with the weights of a file.

    If the file has a tensor of the right name for each of the network's, as in a state dict of
    modules called `lstm1` and `dense1`, the names decide. Otherwise each layer takes, in order, the
    first tensors that no other has taken and that belong to a layer of the same kind and sizes. In
    Keras' files the weights belong to the first, second, ... layer of each kind.

    Parameters
    ----------
    network : Layer
        The network, initialized. If anything is wrong it keeps its weights.
    path : Path or str
        A file of any format that `read` reads. Of PyTorch's it may hold any modules: the order of
        these is that of a `.pt` file; `.safetensors` keeps only that of the numbers in names.

    Raises
    ------
    RuntimeError
        If the network is not initialized.
    ConversionError
        If the file can't be read, or its tensors are not those of the network; the message names
        what does not fit on both sides.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.convert import load_weights
    >>> from glassnet.nn import Conv1D, Dense, Flatten, ReLU, Sequential
    >>> from safetensors.numpy import save_file
    >>> names = {"features.weight": (4, 2, 3), "features.bias": (4,), "out.weight": (1, 20)}
    >>> save_file({name: np.ones(shape, np.float32) for name, shape in names.items()},
    ...           "convolution.safetensors")
    >>> network = Sequential(Conv1D(2, 4, 3), ReLU(), Flatten(), Dense(20, 1))
    >>> network = network.initialize(np.random.default_rng(1))
    >>> load_weights(network, "convolution.safetensors")
    >>> float(network.theta.min()), network.layers["dense1"].b  # the file has no bias for it
    (0.0, array([0.], dtype=float32))
    """
    if "theta" not in vars(network):
        raise RuntimeError(f"a {type(network).__name__} must be initialized before it is filled")
    if fill(network, path):
        return
    tensors = read_tensors(path)
    try:
        arrays = _arrays(network, tensors)
    except ConversionError as error:
        raise ConversionError(f"{path}: {error}") from error
    for name, value in arrays.items():
        network.arrays[name][...] = value


def _arrays(network: Layer, tensors: Mapping[str, Array]) -> dict[str, Array]:
    """Return the network's arrays from the tensors, matched by name or else by order and shape."""
    wanted = state_dict(network)
    if wanted.keys() <= tensors.keys():
        return network_arrays(network, tensors)
    free = group(tensors)
    found: dict[str, Array] = {}
    for prefix, layer, layout in laid_out(network):
        own = layout.tensors(layer, exact=False)
        (target,) = group(own)
        module = next((module for module in free if module.fits(target)), None)
        if module is None:
            raise ConversionError(_no_match(prefix, layer, target, free))
        free.remove(module)
        for name, value in layout.arrays(layer, module).items():
            found[prefix + name] = value
    if free:
        raise ConversionError(f"{free[0]} is of no layer of the network")
    return found


def _no_match(prefix: str, layer: Layer, target: Module, free: list[Module]) -> str:
    """Return what a layer needs and what the file has instead."""
    needed = ", ".join(f"{name} {shape}" for name, shape in target.shapes.items())
    there = str(free[0]) if free else "nothing"
    return (
        f"layer {prefix[:-1] or type(layer).__name__!r} needs {needed}, and of what no layer has "
        f"taken the file has first {there}"
    )
