"""The nodes of convolutions and pooling layers. ONNX puts channels first, glassnet last."""

from __future__ import annotations

from glassnet.convert.onnx.writer.graph import Graph
from glassnet.convert.onnx.writer.layers import channels_first, channels_last
from glassnet.nn import (
    AveragePool2D,
    Conv1D,
    Conv2D,
    Conv2DTranspose,
    Layer,
    MaxPool2D,
)


def write_convolution(graph: Graph, layer: Layer, x: str, axes: int) -> str:
    """Add `Conv1D` or `Conv2D`."""
    assert isinstance(layer, Conv1D | Conv2D)
    taps = range(axes - 2)
    W = layer.W.transpose(axes - 1, axes - 2, *taps)  # (C', C, height, width)
    size, stride, dilation = (
        _numbers(value) for value in (layer.kernel_size, layer.stride, layer.dilation)
    )
    y = graph.one(
        "Conv",
        channels_first(graph, x, axes),
        graph.weight("W", W),
        graph.weight("b", layer.b),
        kernel_shape=size,
        strides=stride,
        dilations=dilation,
        **_padding(layer.padding, size, stride, dilation),
    )
    return channels_last(graph, y, axes)


def write_transposed_convolution(graph: Graph, layer: Layer, x: str, axes: int) -> str:
    """Add `Conv2DTranspose`."""
    assert isinstance(layer, Conv2DTranspose)
    beyond = [k - s for k, s in zip(layer.kernel_size, layer.stride, strict=True)]
    cut = [max(n, 0) if layer.padding == "same" else 0 for n in beyond]
    before = [n // 2 for n in cut]
    after = [n - n // 2 for n in cut]
    y = graph.one(
        "ConvTranspose",
        channels_first(graph, x, axes),
        graph.weight("W", layer.W.transpose(2, 3, 0, 1)),  # (C, C', height, width)
        graph.weight("b", layer.b),
        kernel_shape=layer.kernel_size,
        strides=layer.stride,
        pads=[*before, *after],
        output_padding=[max(-n, 0) for n in beyond],
    )
    return channels_last(graph, y, axes)


def write_pooling(graph: Graph, layer: Layer, x: str, axes: int) -> str:
    """Add a max or average pooling layer."""
    assert isinstance(layer, MaxPool2D | AveragePool2D)
    kind = "MaxPool" if isinstance(layer, MaxPool2D) else "AveragePool"
    y = graph.one(
        kind,
        channels_first(graph, x, axes),
        kernel_shape=layer.pool_size[: axes - 2],
        strides=layer.stride[: axes - 2],
        auto_pad="SAME_UPPER" if layer.padding == "same" else "VALID",
    )
    return channels_last(graph, y, axes)


def write_global_pooling(graph: Graph, layer: Layer, x: str, axes: int) -> str:
    """Add a global pooling layer."""
    kind = "GlobalMaxPool" if "Max" in layer.kind else "GlobalAveragePool"
    return graph.one("Flatten", graph.one(kind, channels_first(graph, x, axes)), axis=1)


def _numbers(value: int | tuple[int, ...]) -> list[int]:
    return [value] if isinstance(value, int) else list(value)


def _padding(
    padding: str, size: list[int], stride: list[int], dilation: list[int]
) -> dict[str, object]:
    """Return the attributes for a padding: numbers of zeros unless they depend on the image."""
    if padding == "valid":
        return {"auto_pad": "VALID"}
    if max(stride) > 1:
        return {"auto_pad": "SAME_UPPER"}
    both = [d * (k - 1) for k, d in zip(size, dilation, strict=True)]
    return {"pads": [*(n // 2 for n in both), *(n - n // 2 for n in both)]}
