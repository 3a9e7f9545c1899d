"""Plain versions of layers, losses and optimizers, as a textbook writes them.

They are short and slow. Read them to learn what the fast layers compute; the tests hold the fast
ones to them. Every layer is two functions on arrays: `..._forward` returns the output,
`..._backward` the gradients, given the gradient of the loss for the output. An activation is one
function, which returns the values and the slopes.

Start with `dense.py`; then read `cross_entropy.py`, `optimizers.py`, `recurrent/lstm.py` and, for
all of them together, `recurrent/truncated_bptt.py`.
"""

from glassnet.nn.plain.activations import elu, gelu, gelu_tanh, leaky_relu, silu, softplus
from glassnet.nn.plain.attention import attention_backward, attention_forward
from glassnet.nn.plain.convolution import (
    convolution_backward,
    convolution_forward,
    same_padding,
    transposed_convolution_backward,
    transposed_convolution_forward,
)
from glassnet.nn.plain.cross_entropy import softmax_cross_entropy
from glassnet.nn.plain.dense import dense_backward, dense_forward
from glassnet.nn.plain.normalization import (
    batch_norm_backward,
    batch_norm_forward,
    layer_norm_backward,
    layer_norm_forward,
    rms_norm_backward,
    rms_norm_forward,
)
from glassnet.nn.plain.optimizers import adagrad, adam, lion, nadam, rmsprop, sgd
from glassnet.nn.plain.pooling import (
    average_pooling_backward,
    average_pooling_forward,
    max_pooling_backward,
    max_pooling_forward,
)
from glassnet.nn.plain.recurrent.gru import gru_backward, gru_forward
from glassnet.nn.plain.recurrent.lstm import (
    lstm_backward,
    lstm_forward,
    lstm_step_backward,
    lstm_step_forward,
)
from glassnet.nn.plain.recurrent.simple_rnn import simple_rnn_backward, simple_rnn_forward
from glassnet.nn.plain.recurrent.truncated_bptt import train_by_truncated_bptt

__all__ = [
    "adagrad",
    "adam",
    "attention_backward",
    "attention_forward",
    "average_pooling_backward",
    "average_pooling_forward",
    "batch_norm_backward",
    "batch_norm_forward",
    "convolution_backward",
    "convolution_forward",
    "dense_backward",
    "dense_forward",
    "elu",
    "gelu",
    "gelu_tanh",
    "gru_backward",
    "gru_forward",
    "layer_norm_backward",
    "layer_norm_forward",
    "leaky_relu",
    "lion",
    "lstm_backward",
    "lstm_forward",
    "lstm_step_backward",
    "lstm_step_forward",
    "max_pooling_backward",
    "max_pooling_forward",
    "nadam",
    "rms_norm_backward",
    "rms_norm_forward",
    "rmsprop",
    "same_padding",
    "sgd",
    "silu",
    "simple_rnn_backward",
    "simple_rnn_forward",
    "softmax_cross_entropy",
    "softplus",
    "train_by_truncated_bptt",
    "transposed_convolution_backward",
    "transposed_convolution_forward",
]
