"""Which axes the data has between layers: Keras puts the batch first, glassnet time in sequences.

glassnet's recurrent layers take (T, N, D), its convolutions and whatever else changes the shape of
a row take (N, ...). A `Dense` takes both. So a network's layers tell what each one's data is, and
a network in which one kind of layer reads what the other kind wrote does not exist in glassnet:
Keras' `LSTM` after `Conv1D` would need the axes to be swapped in between.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from glassnet.convert.format import ConversionError
from glassnet.nn import (
    GRU,
    LSTM,
    AveragePool1D,
    AveragePool2D,
    Bidirectional,
    Conv1D,
    Conv2D,
    Conv2DTranspose,
    Cropping2D,
    Embedding,
    Flatten,
    GlobalAveragePool1D,
    GlobalAveragePool2D,
    GlobalMaxPool1D,
    GlobalMaxPool2D,
    LastStep,
    Layer,
    MaxPool1D,
    MaxPool2D,
    Reshape,
    SimpleRNN,
    UpSampling1D,
    UpSampling2D,
    ZeroPadding2D,
)

_SEQUENCES = (LSTM, GRU, SimpleRNN, Bidirectional, LastStep)
_ROWS_OF_2 = (Conv1D, MaxPool1D, AveragePool1D, GlobalAveragePool1D, GlobalMaxPool1D, UpSampling1D)
_ROWS_OF_3 = (
    Conv2D,
    Conv2DTranspose,
    MaxPool2D,
    AveragePool2D,
    GlobalAveragePool2D,
    GlobalMaxPool2D,
    UpSampling2D,
    ZeroPadding2D,
    Cropping2D,
)
_ROWS = (*_ROWS_OF_2, *_ROWS_OF_3, Flatten, Reshape)
_GLOBAL = (GlobalAveragePool1D, GlobalAveragePool2D, GlobalMaxPool1D, GlobalMaxPool2D)


class Axes(NamedTuple):
    """What is known of an array between two layers.

    Attributes
    ----------
    number : int or None
        How many axes it has, with that of the batch; None if its layers don't tell.
    time_major : bool
        Whether in glassnet it is a sequence (T, N, ...), otherwise rows (N, ...).

    Examples
    --------
    >>> from glassnet.convert.structure.axes import Axes
    >>> Axes(3, True)
    Axes(number=3, time_major=True)
    """

    number: int | None
    time_major: bool


def axes_of(layers: Sequence[tuple[str, Layer]]) -> list[Axes]:
    """Return the axes of what each layer reads, and at the end those of the output.

    Parameters
    ----------
    layers : Sequence[tuple[str, Layer]]
        The layers with their names, one after the other.

    Returns
    -------
    list[Axes]
        One more than layers.

    Raises
    ------
    ConversionError
        If a layer of sequences reads what a layer of rows returns, or the other way round.

    Examples
    --------
    >>> from glassnet.convert.structure.axes import axes_of
    >>> from glassnet.nn import GRU, Dense, LastStep
    >>> for axes in axes_of([("a", Dense(3, 2)), ("b", GRU(2, 4)), ("c", LastStep())]):
    ...     print(axes)
    Axes(number=3, time_major=True)
    Axes(number=3, time_major=True)
    Axes(number=3, time_major=True)
    Axes(number=2, time_major=False)
    """
    time_major = [*_time_major(layers)]
    counts: list[int | None] = [None]
    for number, (_, layer) in enumerate(layers):
        reads = _reads(layer)
        if reads is not None:
            _fill(counts, layers, reads)
        counts.append(_returned(layer, counts[number]))
    return [Axes(*both) for both in zip(counts, time_major, strict=True)]


def _time_major(layers: Sequence[tuple[str, Layer]]) -> list[bool]:
    """Return whether each array is time-major: the first layer that tells does for all before."""
    first = next((layer for _, layer in layers if isinstance(layer, (*_SEQUENCES, *_ROWS))), None)
    now = isinstance(first, _SEQUENCES)
    found = [now]
    for name, layer in layers:
        if isinstance(layer, _SEQUENCES) and not now:
            raise ConversionError(
                f"layer {name!r} ({layer.kind}): reads the output of layers that put the batch "
                "first, (N, T, D), in glassnet, and takes sequences (T, N, D)"
            )
        if isinstance(layer, _ROWS) and now:
            raise ConversionError(
                f"layer {name!r} ({layer.kind}): reads sequences, which are (T, N, D) in glassnet, "
                "and takes rows (N, ...); only the last step of sequences can become rows"
            )
        if isinstance(layer, LastStep) or (isinstance(layer, Bidirectional) and layer.last_step):
            now = False
        found.append(now)
    return found


def _reads(layer: Layer) -> int | None:
    """Return how many axes a layer reads, if it is always the same number."""
    if isinstance(layer, (*_SEQUENCES, *_ROWS_OF_2)):
        return 3
    return 4 if isinstance(layer, _ROWS_OF_3) else None


def _returned(layer: Layer, reads: int | None) -> int | None:
    """Return how many axes a layer returns for those that it reads."""
    if isinstance(layer, (Flatten, LastStep, *_GLOBAL)):
        return 2
    if isinstance(layer, Reshape):
        return 1 + len(layer.shape)
    if isinstance(layer, Bidirectional) and layer.last_step:
        return 2
    return reads + 1 if isinstance(layer, Embedding) and reads is not None else reads


def _fill(counts: list[int | None], layers: Sequence[tuple[str, Layer]], reads: int) -> None:
    """Note how many axes the last array has, and those before it up to the last known one."""
    for number in range(len(counts) - 1, -1, -1):
        if counts[number] is not None:
            break
        counts[number] = reads
        if number and isinstance(layers[number - 1][1], Embedding):
            reads -= 1


def features_read(layer: Layer) -> int | None:
    """Return the length of the last axis that a layer reads, if its arguments say it.

    Parameters
    ----------
    layer : Layer
        The layer.

    Returns
    -------
    int or None
        Such as the `in_features` of a `Dense`.
    """
    if isinstance(layer, Bidirectional):
        return features_read(layer.layers["forward_layer"])
    for attribute in ("in_features", "in_channels", "features"):
        length = getattr(layer, attribute, None)
        if isinstance(length, int):
            return length
    return None
