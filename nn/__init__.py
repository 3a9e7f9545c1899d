"""A deep-learning framework on NumPy: layers, losses, optimizers and gradient checks.

Start with `nn/layer.py`, which says what a layer is; then `nn/dense.py`, the simplest one, and
`nn/lstm.py`, the fastest.
"""

from nn.activations import ReLU, Sigmoid, Softmax, Tanh, sigmoid, softmax
from nn.dense import Dense
from nn.dropout import Dropout
from nn.layer import NO_GRADIENT, Array, BatchShare, Layer, Sequential

__all__ = [
    "NO_GRADIENT",
    "Array",
    "BatchShare",
    "Dense",
    "Dropout",
    "Layer",
    "ReLU",
    "Sequential",
    "Sigmoid",
    "Softmax",
    "Tanh",
    "sigmoid",
    "softmax",
]
