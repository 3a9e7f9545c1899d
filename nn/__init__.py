"""A deep-learning framework on NumPy: layers, losses, optimizers and gradient checks.

Start with `nn/layer.py`, which says what a layer is; then `nn/dense.py`, the simplest one, and
`nn/lstm.py`, the fastest.
"""

from nn.activations import ReLU, Sigmoid, Softmax, Tanh, sigmoid, softmax
from nn.dense import Dense
from nn.dropout import Dropout
from nn.layer import NO_GRADIENT, Array, BatchShare, Layer, Sequential
from nn.losses import softmax_cross_entropy
from nn.lstm import LSTM
from nn.lstm_step import LSTMStep

__all__ = [
    "LSTM",
    "NO_GRADIENT",
    "Array",
    "BatchShare",
    "Dense",
    "Dropout",
    "LSTMStep",
    "Layer",
    "ReLU",
    "Sequential",
    "Sigmoid",
    "Softmax",
    "Tanh",
    "sigmoid",
    "softmax",
    "softmax_cross_entropy",
]
