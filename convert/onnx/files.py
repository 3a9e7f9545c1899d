"""The format ONNX."""

from __future__ import annotations

from pathlib import Path

from glassnet.convert.format import Converted, Format
from glassnet.convert.onnx.writing import model_of_network
from glassnet.files import whole_file


def _write(converted: Converted, path: Path) -> None:
    data = model_of_network(converted.network, converted.vocabulary).SerializeToString()
    with whole_file(path) as file:
        file.write(data)


ONNX = Format("ONNX", (".onnx",), None, _write, modules=("onnx",))
"""ONNX's files."""
