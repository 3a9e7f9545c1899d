"""The state dict of a network of glassnet's, and a network's arrays from a state dict."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from glassnet.convert.format import ConversionError
from glassnet.convert.pytorch.layers import UNCHANGED, LayerLayout, layout_of
from glassnet.convert.pytorch.modules import Module
from glassnet.nn import Array, Layer

__all__ = ["filled", "laid_out", "network_arrays", "state_dict"]


def laid_out(layer: Layer, prefix: str = "") -> Iterator[tuple[str, Layer, LayerLayout]]:
    """Yield the layers of a network that have a layout, in order.

    Parameters
    ----------
    layer : Layer
        The network.
    prefix : str, default ""
        What its names begin with.

    Yields
    ------
    tuple[str, Layer, LayerLayout]
        The dotted prefix, such as "lstm1.", the layer, and its layout.

    Examples
    --------
    >>> from glassnet.convert.pytorch.networks import laid_out
    >>> from glassnet.nn import Dense, ReLU, Sequential
    >>> [prefix for prefix, _, _ in laid_out(Sequential(Dense(3, 2), ReLU(), Dense(2, 1)))]
    ['dense1.', 'dense2.']
    """
    layout = layout_of(layer)
    if layout is not None:
        yield prefix, layer, layout
    if layout is None or layout is UNCHANGED:
        for name, part in layer.layers.items():
            yield from laid_out(part, f"{prefix}{name}.")


def state_dict(network: Layer, exact: bool = False) -> dict[str, Array]:
    """Return the weights of a network as PyTorch's modules name them and lay them out.

    Parameters
    ----------
    network : Layer
        An initialized network.
    exact : bool, default False
        Whether tensors may be there that PyTorch's modules do not have, if the network can't be
        restored to the last bit without them: those of an `Embedding` whose bias is not zero.

    Returns
    -------
    dict[str, Array]
        New contiguous arrays by their names, such as "lstm1.weight_ih_l0".

    Shapes
    ------
    - tensors: as PyTorch's modules have them

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.convert.pytorch.networks import state_dict
    >>> from glassnet.nn import GRU, Dense, Sequential
    >>> network = Sequential(GRU(3, 4), Dense(4, 2)).initialize(np.random.default_rng(1))
    >>> for name, tensor in state_dict(network).items():
    ...     print(name, tensor.shape)
    gru1.weight_ih_l0 (12, 3)
    gru1.weight_hh_l0 (12, 4)
    gru1.bias_ih_l0 (12,)
    gru1.bias_hh_l0 (12,)
    dense1.weight (2, 4)
    dense1.bias (2,)
    """
    return {
        prefix + name: value
        for prefix, layer, layout in laid_out(network)
        for name, value in layout.tensors(layer, exact).items()
    }


def network_arrays(network: Layer, tensors: Mapping[str, Array]) -> dict[str, Array]:
    """Return what `state_dict` was made of: a network's arrays by their dotted names.

    Parameters
    ----------
    network : Layer
        The network, which need not be initialized.
    tensors : Mapping[str, Array]
        Its state dict. Biases that are missing are zeros.

    Returns
    -------
    dict[str, Array]
        Parameters and statistics, which may be views of the tensors.

    Raises
    ------
    ConversionError
        If a tensor is missing, has another shape, or is of no layer.

    Shapes
    ------
    - arrays: those of `network.array_shapes`

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.convert.pytorch.networks import network_arrays
    >>> from glassnet.nn import Dense, Sequential
    >>> network_arrays(Sequential(Dense(2, 1)), {"dense1.weight": np.array([[3.0, 4.0]])})
    {'dense1.W': array([[3.],
           [4.]]), 'dense1.b': array([0.], dtype=float32)}
    """
    found: dict[str, Array] = {}
    taken: set[str] = set()
    for prefix, layer, layout in laid_out(network):
        module = Module(prefix, tensors)
        for name, value in layout.arrays(layer, module).items():
            found[prefix + name] = value
        taken |= module.taken
    left = [name for name in tensors if name not in taken]
    left = [name for name in left if name.rpartition(".")[2] != "num_batches_tracked"]
    if left:
        raise ConversionError(
            f"tensor {left[0]} {tensors[left[0]].shape} is of no layer of the network"
        )
    return found


def filled(network: Layer, arrays: Mapping[str, Array]) -> Layer:
    """Give a network that is not initialized its arrays.

    Parameters
    ----------
    network : Layer
        The network.
    arrays : Mapping[str, Array]
        Its parameters and statistics, complete and of the right shapes, as `network_arrays` returns
        them. The data type of the network is the one that holds all parameters without loss.

    Returns
    -------
    Layer
        The same network.

    Shapes
    ------
    - arrays: those of `network.array_shapes`

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.convert.pytorch.networks import filled
    >>> from glassnet.nn import Dense
    >>> filled(Dense(2, 1), {"W": np.array([[3.0], [4.0]]), "b": np.zeros(1)}).theta
    array([3., 4., 0.])
    """
    parameters = [arrays[name] for name in network.parameter_shapes]
    dtype = np.result_type(*parameters) if parameters else np.float32
    size = network.parameter_count
    network.bind(np.zeros(size, dtype), np.zeros(size, dtype))
    for name, value in arrays.items():
        network.arrays[name][...] = value
    return network
