"""The layers that Keras and glassnet have both, with the functions that read and write them."""

from __future__ import annotations

from collections.abc import Callable

from glassnet.convert.keras.layer import KerasLayer
from glassnet.convert.keras.layers.activations import (
    read_activation,
    read_elu,
    read_leaky_relu,
    read_relu,
    read_softmax,
    write_activation,
)
from glassnet.convert.keras.layers.dense import (
    read_dense,
    read_embedding,
    read_time_distributed,
    write_dense,
    write_embedding,
)
from glassnet.convert.keras.layers.images import (
    GLOBAL_POOLING,
    POOLING,
    read_convolution,
    read_global_pooling,
    read_pooling,
    write_convolution,
    write_global_pooling,
    write_pooling,
)
from glassnet.convert.keras.layers.normalization import (
    read_batch_normalization,
    read_dropout,
    read_gaussian_noise,
    read_layer_normalization,
    read_rms_normalization,
    write_dropout,
    write_normalization,
)
from glassnet.convert.keras.layers.recurrent import (
    read_bidirectional,
    read_recurrent,
    write_bidirectional,
    write_recurrent,
)
from glassnet.convert.keras.layers.shaping import (
    read_border,
    read_flatten,
    read_reshape,
    read_up_sampling,
    write_shaping,
)
from glassnet.convert.structure.parts import Part

Reader = Callable[[KerasLayer], list[Part]]
"""A function that returns the layers that a Keras layer is in glassnet."""

Writer = Callable[..., KerasLayer]
"""A function of a layer's name and the layer that returns what it is in Keras."""

READERS: dict[str, Reader] = {
    "Activation": read_activation,
    "BatchNormalization": read_batch_normalization,
    "Bidirectional": read_bidirectional,
    "Conv1D": read_convolution,
    "Conv2D": read_convolution,
    "Conv2DTranspose": read_convolution,
    "Cropping2D": read_border,
    "Dense": read_dense,
    "Dropout": read_dropout,
    "ELU": read_elu,
    "Embedding": read_embedding,
    "Flatten": read_flatten,
    "GRU": read_recurrent,
    "GaussianNoise": read_gaussian_noise,
    "LSTM": read_recurrent,
    "LayerNormalization": read_layer_normalization,
    "LeakyReLU": read_leaky_relu,
    "RMSNormalization": read_rms_normalization,
    "ReLU": read_relu,
    "Reshape": read_reshape,
    "SimpleRNN": read_recurrent,
    "Softmax": read_softmax,
    "TimeDistributed": read_time_distributed,
    "UpSampling1D": read_up_sampling,
    "UpSampling2D": read_up_sampling,
    "ZeroPadding2D": read_border,
    **dict.fromkeys(POOLING, read_pooling),
    **dict.fromkeys(GLOBAL_POOLING, read_global_pooling),
}
"""What reads a layer, by the name of its class in Keras."""

WRITERS: dict[str, Writer] = {
    "BatchNorm": write_normalization,
    "Bidirectional": write_bidirectional,
    "Dense": write_dense,
    "Dropout": write_dropout,
    "Embedding": write_embedding,
    "LayerNorm": write_normalization,
    "RMSNorm": write_normalization,
    **dict.fromkeys(("Conv1D", "Conv2D", "Conv2DTranspose"), write_convolution),
    **dict.fromkeys(("GRU", "LSTM", "SimpleRNN"), write_recurrent),
    **dict.fromkeys(
        ("ELU", "GELU", "LeakyReLU", "ReLU", "SiLU", "Sigmoid", "Softmax", "Softplus", "Tanh"),
        write_activation,
    ),
    **dict.fromkeys(
        ("Cropping2D", "Flatten", "Reshape", "UpSampling1D", "UpSampling2D", "ZeroPadding2D"),
        write_shaping,
    ),
    **{kind.kind: write_pooling for kind in POOLING.values()},
    **{kind.kind: write_global_pooling for kind in GLOBAL_POOLING.values()},
}
"""What writes a layer, by the name of its class in glassnet."""
