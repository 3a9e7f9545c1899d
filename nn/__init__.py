"""A deep-learning framework on NumPy: layers, losses, optimizers and gradient checks.

Start with `nn/layer.py`, which says what a layer is. Then read `nn/layers/dense.py`, the simplest
layer, and `nn/recurrent/`, the fastest. `nn/plain` has the same layers as a textbook writes
them.
"""

from glassnet.nn.activations.rectifiers import ELU, LeakyReLU, ReLU
from glassnet.nn.activations.sigmoids import Sigmoid, Tanh, sigmoid
from glassnet.nn.activations.smooth_rectifiers import GELU, SiLU, Softplus
from glassnet.nn.activations.softmax import Softmax, softmax
from glassnet.nn.attention.cell import MultiHeadAttentionCell
from glassnet.nn.attention.multi_head import MultiHeadAttention
from glassnet.nn.attention.positions import PositionEmbedding
from glassnet.nn.batch_shard import BatchShard
from glassnet.nn.branches import Add, Concatenate, Residual
from glassnet.nn.layer import NO_GRADIENT, Layer
from glassnet.nn.layers.convolution import Conv1D, Conv2D, Conv2DTranspose
from glassnet.nn.layers.dense import Dense
from glassnet.nn.layers.embedding import Embedding
from glassnet.nn.layers.gaussian import GaussianNoise, GaussianSampling
from glassnet.nn.layers.regularization import ActivityRegularization, Dropout
from glassnet.nn.layers.shaping import (
    Cropping2D,
    Flatten,
    Reshape,
    UpSampling1D,
    UpSampling2D,
    ZeroPadding2D,
)
from glassnet.nn.losses import (
    huber_loss,
    mean_absolute_error,
    mean_squared_error,
    rows_to_average,
    sigmoid_binary_cross_entropy,
    softmax_cross_entropy,
)
from glassnet.nn.normalization.batch_norm import BatchNorm
from glassnet.nn.normalization.layer_norm import LayerNorm
from glassnet.nn.normalization.rms_norm import RMSNorm
from glassnet.nn.optim.adam import Adam, AdamW, Nadam
from glassnet.nn.optim.base import Optimizer, ParameterGroup
from glassnet.nn.optim.clipping import clip_by_global_norm
from glassnet.nn.optim.groups import parameter_groups
from glassnet.nn.optim.moving_average import ExponentialMovingAverage
from glassnet.nn.optim.optimizers import (
    OPTIMIZERS,
    SGD,
    Adadelta,
    Adagrad,
    Lion,
    RMSprop,
)
from glassnet.nn.optim.penalties import WeightPenalty
from glassnet.nn.optim.schedules import Schedule, parse_schedule
from glassnet.nn.pooling.average_pooling import AveragePool1D, AveragePool2D
from glassnet.nn.pooling.global_pooling import (
    GlobalAveragePool1D,
    GlobalAveragePool2D,
    GlobalMaxPool1D,
    GlobalMaxPool2D,
)
from glassnet.nn.pooling.max_pooling import MaxPool1D, MaxPool2D
from glassnet.nn.recurrent.bidirectional import Bidirectional
from glassnet.nn.recurrent.cells.gru import GRUCell
from glassnet.nn.recurrent.cells.lstm import LSTMCell
from glassnet.nn.recurrent.cells.simple_rnn import SimpleRNNCell
from glassnet.nn.recurrent.gru import GRU
from glassnet.nn.recurrent.last_step import LastStep
from glassnet.nn.recurrent.lstm import LSTM
from glassnet.nn.recurrent.simple_rnn import SimpleRNN
from glassnet.nn.sequential import Sequential
from glassnet.nn.types import Array

__all__ = [
    "ELU",
    "GELU",
    "GRU",
    "LSTM",
    "NO_GRADIENT",
    "OPTIMIZERS",
    "SGD",
    "ActivityRegularization",
    "Adadelta",
    "Adagrad",
    "Adam",
    "AdamW",
    "Add",
    "Array",
    "AveragePool1D",
    "AveragePool2D",
    "BatchNorm",
    "BatchShard",
    "Bidirectional",
    "Concatenate",
    "Conv1D",
    "Conv2D",
    "Conv2DTranspose",
    "Cropping2D",
    "Dense",
    "Dropout",
    "Embedding",
    "ExponentialMovingAverage",
    "Flatten",
    "GRUCell",
    "GaussianNoise",
    "GaussianSampling",
    "GlobalAveragePool1D",
    "GlobalAveragePool2D",
    "GlobalMaxPool1D",
    "GlobalMaxPool2D",
    "LSTMCell",
    "LastStep",
    "Layer",
    "LayerNorm",
    "LeakyReLU",
    "Lion",
    "MaxPool1D",
    "MaxPool2D",
    "MultiHeadAttention",
    "MultiHeadAttentionCell",
    "Nadam",
    "Optimizer",
    "ParameterGroup",
    "PositionEmbedding",
    "RMSNorm",
    "RMSprop",
    "ReLU",
    "Reshape",
    "Residual",
    "Schedule",
    "Sequential",
    "SiLU",
    "Sigmoid",
    "SimpleRNN",
    "SimpleRNNCell",
    "Softmax",
    "Softplus",
    "Tanh",
    "UpSampling1D",
    "UpSampling2D",
    "WeightPenalty",
    "ZeroPadding2D",
    "clip_by_global_norm",
    "huber_loss",
    "mean_absolute_error",
    "mean_squared_error",
    "parameter_groups",
    "parse_schedule",
    "rows_to_average",
    "sigmoid",
    "sigmoid_binary_cross_entropy",
    "softmax",
    "softmax_cross_entropy",
]
