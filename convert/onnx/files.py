"""The format ONNX."""

from __future__ import annotations

from pathlib import Path

from glassnet.convert.format import ConversionError, Converted, Format
from glassnet.convert.onnx.reader.model import network_of_model
from glassnet.convert.onnx.writer.model import VOCABULARY, model_of_network
from glassnet.files import whole_file
from glassnet.models import Vocabulary


def _read(path: Path) -> Converted:
    import onnx

    try:
        model = onnx.load_model(path, load_external_data=False)
    except OSError:
        raise
    except Exception as error:  # of protobuf
        raise ConversionError("is damaged, or not an ONNX file") from error
    if not model.ir_version:  # which any few bytes may lack
        raise ConversionError("is damaged, or not an ONNX file")
    properties = {entry.key: entry.value for entry in model.metadata_props}
    characters = properties.get(VOCABULARY)
    vocabulary = None if characters is None else Vocabulary(characters)
    return Converted(network_of_model(model), vocabulary)


def _write(converted: Converted, path: Path) -> None:
    data = model_of_network(converted.network, converted.vocabulary).SerializeToString()
    with whole_file(path) as file:
        file.write(data)


ONNX = Format("ONNX", (".onnx",), _read, _write, modules=("onnx",))
"""ONNX's files."""
