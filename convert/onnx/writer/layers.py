"""The nodes of layers that act on rows, elements and shapes."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from glassnet.convert.onnx.writer.graph import Graph
from glassnet.nn import (
    ELU,
    GELU,
    BatchNorm,
    Cropping2D,
    Dense,
    Embedding,
    Layer,
    LayerNorm,
    LeakyReLU,
    Reshape,
    RMSNorm,
    Softplus,
    UpSampling1D,
    UpSampling2D,
    ZeroPadding2D,
)

LayerWriter = Callable[[Graph, Layer, str, int], str]
"""A function of a graph, a layer, the name of what it reads, and the number of its axes.

It adds the layer's nodes and returns the name of what they return."""


def write_dense(graph: Graph, layer: Layer, x: str, axes: int) -> str:
    """Add `Dense`: a product and a sum, as `Gemm` reads rows alone."""
    assert isinstance(layer, Dense)
    product = graph.one("MatMul", x, graph.weight("W", layer.W))
    return graph.one("Add", product, graph.weight("b", layer.b))


def write_embedding(graph: Graph, layer: Layer, x: str, axes: int) -> str:
    """Add `Embedding`, whose vectors hold the bias."""
    assert isinstance(layer, Embedding)
    return graph.one("Gather", graph.weight("W", layer.W + layer.b), x)


def write_activation(graph: Graph, layer: Layer, x: str, axes: int) -> str:
    """Add an activation."""
    match layer:
        case LeakyReLU():
            return graph.one("LeakyRelu", x, alpha=layer.negative_slope)
        case ELU():
            return graph.one("Elu", x, alpha=layer.alpha)
        case GELU():
            return graph.one("Gelu", x, approximate=layer.approximate)
        case Softplus() if layer.beta != 1:
            beta = graph.weight("beta", np.array(layer.beta))
            return graph.one("Div", graph.one("Softplus", graph.one("Mul", x, beta)), beta)
    match layer.kind:
        case "SiLU":
            return graph.one("Mul", x, graph.one("Sigmoid", x))
        case "Softmax":
            return graph.one("Softmax", x, axis=-1)
        case "ReLU":
            return graph.one("Relu", x)
    return graph.one(layer.kind, x)  # Sigmoid, Softplus, Tanh


def write_normalization(graph: Graph, layer: Layer, x: str, axes: int) -> str:
    """Add a normalization; ONNX's of batches has the channels on the second axis."""
    assert isinstance(layer, BatchNorm | LayerNorm | RMSNorm)
    gamma = graph.weight("gamma", layer.gamma)
    if isinstance(layer, LayerNorm):
        beta = graph.weight("beta", layer.beta)
        return graph.one("LayerNormalization", x, gamma, beta, axis=-1, epsilon=layer.eps)
    if isinstance(layer, RMSNorm):
        squares = graph.one("Mul", x, x)
        means = graph.one("ReduceMean", squares, graph.whole("axes", -1))
        widened = graph.one("Add", means, graph.weight("eps", np.array(layer.eps)))
        return graph.one("Mul", graph.one("Div", x, graph.one("Sqrt", widened)), gamma)
    mean = graph.weight("running_mean", layer.running_mean)
    variance = graph.weight("running_var", layer.running_var)
    beta = graph.weight("beta", layer.beta)
    y = channels_first(graph, x, axes)
    y = graph.one("BatchNormalization", y, gamma, beta, mean, variance, epsilon=layer.eps)
    return channels_last(graph, y, axes)


def channels_first(graph: Graph, x: str, axes: int) -> str:
    """Add a node that moves the last axis to the second place."""
    if axes == 2:
        return x
    return graph.one("Transpose", x, perm=[0, axes - 1, *range(1, axes - 1)])


def channels_last(graph: Graph, x: str, axes: int) -> str:
    """Add a node that moves the second axis to the last place."""
    if axes == 2:
        return x
    return graph.one("Transpose", x, perm=[0, *range(2, axes), 1])


def write_flatten(graph: Graph, layer: Layer, x: str, axes: int) -> str:
    """Add `Flatten`."""
    return graph.one("Flatten", x, axis=1)


def write_reshape(graph: Graph, layer: Layer, x: str, axes: int) -> str:
    """Add `Reshape`, in which 0 stands for the number of rows."""
    assert isinstance(layer, Reshape)
    return graph.one("Reshape", x, graph.whole("shape", 0, *layer.shape))


def write_border(graph: Graph, layer: Layer, x: str, axes: int) -> str:
    """Add `ZeroPadding2D` or `Cropping2D`."""
    assert isinstance(layer, ZeroPadding2D | Cropping2D)
    if isinstance(layer, ZeroPadding2D):
        (top, bottom), (left, right) = layer.padding
        return graph.one("Pad", x, graph.whole("pads", 0, top, left, 0, 0, bottom, right, 0))
    (top, bottom), (left, right) = layer.cropping
    far = np.iinfo(np.int64).max
    ends = [-size if size else far for size in (bottom, right)]
    return graph.one(
        "Slice",
        x,
        graph.whole("starts", top, left),
        graph.whole("ends", *ends),
        graph.whole("axes", 1, 2),
    )


def write_up_sampling(graph: Graph, layer: Layer, x: str, axes: int) -> str:
    """Add `UpSampling1D` or `UpSampling2D`."""
    assert isinstance(layer, UpSampling2D)
    size = layer.size[:1] if isinstance(layer, UpSampling1D) else layer.size
    return graph.one(
        "Resize",
        x,
        "",
        graph.scales("scales", 1, *size, 1),
        mode="nearest",
        coordinate_transformation_mode="asymmetric",
        nearest_mode="floor",
    )
