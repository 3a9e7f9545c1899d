"""A deep-learning framework on NumPy: layers, losses, optimizers and gradient checks.

Start with `nn/layer.py`, which says what a layer is; then `nn/dense.py`, the simplest one, and
`nn/lstm.py`, the fastest.
"""

from .activations import ReLU, Sigmoid, Softmax, Tanh, sigmoid, softmax
from .activity_penalty import ActivityPenalty
from .averaging import WeightAverage
from .convolution import Conv1D, Conv2D, Conv2DTranspose
from .dense import Dense
from .dropout import Dropout
from .embedding import Embedding
from .gaussian import GaussianNoise, GaussianSampling
from .layer import NO_GRADIENT, Array, BatchShare, Layer, Sequential
from .losses import mean_squared_error, sigmoid_binary_cross_entropy, softmax_cross_entropy
from .lstm import LSTM
from .lstm_step import LSTMStep
from .optimizers import (
    OPTIMIZERS,
    SGD,
    Adadelta,
    Adam,
    Optimizer,
    RMSprop,
    clip_by_global_norm,
)
from .pooling import MaxPool1D, MaxPool2D, UpSample1D, UpSample2D
from .schedules import Schedule, parse_schedule
from .shaping import Crop2D, Flatten, Reshape, ZeroPad2D

__all__ = [
    "LSTM",
    "NO_GRADIENT",
    "OPTIMIZERS",
    "SGD",
    "ActivityPenalty",
    "Adadelta",
    "Adam",
    "Array",
    "BatchShare",
    "Conv1D",
    "Conv2D",
    "Conv2DTranspose",
    "Crop2D",
    "Dense",
    "Dropout",
    "Embedding",
    "Flatten",
    "GaussianNoise",
    "GaussianSampling",
    "LSTMStep",
    "Layer",
    "MaxPool1D",
    "MaxPool2D",
    "Optimizer",
    "RMSprop",
    "ReLU",
    "Reshape",
    "Schedule",
    "Sequential",
    "Sigmoid",
    "Softmax",
    "Tanh",
    "UpSample1D",
    "UpSample2D",
    "WeightAverage",
    "ZeroPad2D",
    "clip_by_global_norm",
    "mean_squared_error",
    "parse_schedule",
    "sigmoid",
    "sigmoid_binary_cross_entropy",
    "softmax",
    "softmax_cross_entropy",
]
