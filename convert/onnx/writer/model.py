"""ONNX models of networks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from glassnet.convert.format import ConversionError
from glassnet.convert.onnx.writer.graph import Graph
from glassnet.convert.onnx.writer.images import (
    write_convolution,
    write_global_pooling,
    write_pooling,
    write_transposed_convolution,
)
from glassnet.convert.onnx.writer.layers import (
    LayerWriter,
    write_activation,
    write_border,
    write_dense,
    write_embedding,
    write_flatten,
    write_normalization,
    write_reshape,
    write_up_sampling,
)
from glassnet.convert.onnx.writer.recurrent import (
    write_bidirectional,
    write_last_step,
    write_recurrent,
)
from glassnet.convert.structure.axes import Axes, axes_of, features_read
from glassnet.convert.structure.steps import steps_of
from glassnet.models import Vocabulary
from glassnet.nn import Layer

if TYPE_CHECKING:
    import onnx

OPERATORS = 20
"""The version of the set of operators: the first that has GELU."""

FORMAT = 9
"""The version of the file format that came with it."""

VOCABULARY = "glassnet_vocabulary"
"""The name of the vocabulary among a model's properties."""

WRITERS: dict[str, LayerWriter] = {
    "Bidirectional": write_bidirectional,
    "Conv2DTranspose": write_transposed_convolution,
    "Dense": write_dense,
    "Embedding": write_embedding,
    "Flatten": write_flatten,
    "LastStep": write_last_step,
    "Reshape": write_reshape,
    **dict.fromkeys(("GRU", "LSTM", "SimpleRNN"), write_recurrent),
    **dict.fromkeys(("Conv1D", "Conv2D"), write_convolution),
    **dict.fromkeys(("AveragePool1D", "AveragePool2D", "MaxPool1D", "MaxPool2D"), write_pooling),
    **dict.fromkeys(
        ("GlobalAveragePool1D", "GlobalAveragePool2D", "GlobalMaxPool1D", "GlobalMaxPool2D"),
        write_global_pooling,
    ),
    **dict.fromkeys(("BatchNorm", "LayerNorm", "RMSNorm"), write_normalization),
    **dict.fromkeys(("Cropping2D", "ZeroPadding2D"), write_border),
    **dict.fromkeys(("UpSampling1D", "UpSampling2D"), write_up_sampling),
    **dict.fromkeys(
        ("ELU", "GELU", "LeakyReLU", "ReLU", "SiLU", "Sigmoid", "Softmax", "Softplus", "Tanh"),
        write_activation,
    ),
}
"""What adds the nodes of a layer, by the name of its class."""


def model_of_network(network: Layer, vocabulary: Vocabulary | None = None) -> onnx.ModelProto:
    """Return the ONNX model that a network is.

    Parameters
    ----------
    network : Layer
        An initialized network of layers one after the other.
    vocabulary : Vocabulary, optional
        The characters that it reads, kept among the model's properties.

    Returns
    -------
    onnx.ModelProto
        A model with glassnet's own axes, an input called "input" and an output called "output".
        A recurrent layer's state is an input such as "lstm1.h" and an output "lstm1.h.next".

    Raises
    ------
    ConversionError
        If ONNX has no such layer.
    """
    import onnx

    steps = [(name, layer) for name, layer in steps_of(network) if layer.kind != "Dropout"]
    every_axes = axes_of(steps)
    graph = Graph(np.dtype(network.theta.dtype))
    x = graph.input("input", *_input(steps, every_axes[0], graph.dtype))
    for (name, layer), axes in zip(steps, every_axes[:-1], strict=True):
        if layer.kind not in WRITERS:
            raise ConversionError(f"layer {name!r} ({layer.kind}): is not written to ONNX")
        graph.begin(name)
        x = WRITERS[layer.kind](graph, layer, x, axes.number or 2)
    # The first axes are those of the input; others get names of their own.
    names = [
        name if number < 1 + every_axes[-1].time_major else f"{name}_out"
        for number, name in enumerate(_names(every_axes[-1]))
    ]
    graph.output("output", x, names)
    graph.outputs.insert(0, graph.outputs.pop())
    made = onnx.helper.make_graph(
        graph.nodes, "network", graph.inputs, graph.outputs, graph.weights
    )
    model = onnx.helper.make_model(
        made,
        producer_name="glassnet",
        ir_version=FORMAT,
        opset_imports=[onnx.helper.make_opsetid("", OPERATORS)],
    )
    if vocabulary is not None:
        onnx.helper.set_model_props(model, {VOCABULARY: vocabulary.characters})
    return model


def _input(
    steps: Sequence[tuple[str, Layer]], axes: Axes, dtype: np.dtype[np.floating]
) -> tuple[np.typing.DTypeLike, list[int | str]]:
    """Return the type and shape of the network's input."""
    names = _names(axes)
    if not steps:
        return dtype, names
    first = steps[0][1]
    if first.kind == "Embedding":
        return np.int64, names
    return dtype, [*names[:-1], features_read(first) or "features"]


def _names(axes: Axes) -> list[int | str]:
    """Return the names of all axes."""
    names: list[int | str] = ["time", "batch"] if axes.time_major else ["batch"]
    return [*names, *(f"axis{number}" for number in range(len(names), axes.number or 2))]
