"""The places of neurons: a layer, counted from 1, and a unit in it, counted from 0."""

from __future__ import annotations

from collections.abc import Sequence

from glassnet.errors import UserError

__all__ = ["NeuronError", "check_neuron"]


class NeuronError(UserError, ValueError):
    """A network has no neuron at some place; the message says which there are.

    Examples
    --------
    >>> from glassnet.errors import UserError
    >>> issubclass(NeuronError, UserError)
    True
    """


def check_neuron(layer: int, unit: int, sizes: Sequence[int]) -> None:
    """Make sure that there is a neuron at some place.

    Parameters
    ----------
    layer : int
        Number of the layer, from 1.
    unit : int
        Number of the unit, from 0.
    sizes : Sequence[int]
        Units of each layer, such as `CharacterNetwork.hidden_sizes`.

    Raises
    ------
    NeuronError
        If there is none.

    Examples
    --------
    >>> from glassnet.models import NeuronError, check_neuron
    >>> check_neuron(2, 511, sizes=[512, 512])
    >>> try:
    ...     check_neuron(2, 600, sizes=[512, 512])
    ... except NeuronError as error:
    ...     print(error)
    layer 2 has no neuron 600; its neurons are numbered from 0 to 511
    """
    if not 1 <= layer <= len(sizes):
        raise NeuronError(f"there is no layer {layer}; layers are numbered from 1 to {len(sizes)}")
    if not 0 <= unit < sizes[layer - 1]:
        raise NeuronError(
            f"layer {layer} has no neuron {unit}; its neurons are numbered from 0 to "
            f"{sizes[layer - 1] - 1}"
        )
