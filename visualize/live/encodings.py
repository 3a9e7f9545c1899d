"""How the live page holds the weights: float32, float16, or int8 with a scale for each column.

Vectors (biases) are small and always float32. Numbers are little-endian, row by row; an int8
matrix ends with its scales, one float32 for each column: value = int8 · scale. The engine computes
with float32 whatever the encoding.
"""

from __future__ import annotations

import numpy as np

from glassnet.models import CharacterLSTM
from glassnet.nn import Array
from glassnet.visualize.neurons.predictions import read_predictions

ENCODINGS = ("int8", "float16", "float32")
"""The encodings from the smallest to the largest."""

TOLERANCE = 0.002
"""Nats per character that the loss may rise by in the encoding that is chosen."""


def encode_array(values: Array, encoding: str) -> bytes:
    """Return the bytes of an array (rows, columns) or (columns,) float32 in an encoding."""
    if values.ndim < 2 or encoding == "float32":
        return values.astype("<f4").tobytes()
    if encoding == "float16":
        return values.astype("<f2").tobytes()
    scales = _scales(values)
    return _rounded(values, scales).astype(np.int8).tobytes() + scales.astype("<f4").tobytes()


def encoded_values(values: Array, encoding: str) -> Array:
    """Return the values that are left of an array after it was encoded and decoded."""
    if values.ndim < 2 or encoding == "float32":
        return values
    if encoding == "float16":
        return values.astype(np.float16).astype(values.dtype)
    scales = _scales(values)
    return _rounded(values, scales) * scales


def encoding_losses(network: CharacterLSTM, text: str) -> dict[str, float]:
    """Return the loss of a network on a text with its weights in each encoding.

    Parameters
    ----------
    network : CharacterLSTM
        A `folded_network`. Its carried state is zero afterwards.
    text : str
        At least two characters.

    Returns
    -------
    dict of str to float
        Nats per character by encoding.
    """
    losses = {}
    exact = {name: parameter.copy() for name, parameter in network.parameters.items()}
    for encoding in ENCODINGS:  # float32 comes last and leaves the network as it was
        for name, parameter in network.parameters.items():
            parameter[...] = encoded_values(exact[name], encoding)
        surprise = read_predictions(network, text, count=1).surprise[:-1]
        losses[encoding] = float(surprise.mean(dtype=np.float64) * np.log(2))
    return losses


def smallest_encoding(losses: dict[str, float]) -> str:
    """Return the smallest encoding whose loss is within `TOLERANCE` of that in float32."""
    return next(e for e in ENCODINGS if losses[e] <= losses["float32"] + TOLERANCE)


def _scales(values: Array) -> Array:
    """Return the scale of each column, (columns,): its largest size becomes 127."""
    largest = np.abs(values).max(axis=0)
    scales: Array = np.where(largest > 0, largest, 1).astype(np.float32) / np.float32(127)
    return scales


def _rounded(values: Array, scales: Array) -> Array:
    return np.rint(values / scales)
