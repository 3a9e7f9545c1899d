"""`.safetensors`: tensors laid out as PyTorch's, with glassnet's structure in the metadata.

The metadata holds texts by name. That of `glassnet` is JSON: {"format": 1, "kind": ...,
"configuration": {...}, "vocabulary": "..." or null}, with kind and configuration as in glassnet's
own files (`models/structure/layers.py`). So the same file is a state dict to PyTorch, and to
glassnet the very network that was written. Without it, `stacks.py` looks at names and shapes.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np

from glassnet.convert.format import ConversionError, Converted, Format, own_vocabulary
from glassnet.convert.pytorch.networks import filled, network_arrays, state_dict
from glassnet.convert.pytorch.stacks import stack_of
from glassnet.files import whole_file
from glassnet.models import StructureError, Vocabulary
from glassnet.models.structure.layers import build, describe
from glassnet.nn import Array, Layer

__all__ = ["SAFETENSORS", "tensors_of"]

FORMAT = 1
KEY = "glassnet"

_TYPES = {"F64": np.float64, "F32": np.float32}


def tensors_of(path: Path) -> dict[str, Array]:
    """Read the tensors of a file.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    dict[str, Array]
        The tensors by name, in natural order: the file does not keep the one of the modules. Those
        of 16 bits become float32, without loss.

    Raises
    ------
    ConversionError
        If the file is damaged or holds a tensor of another type.

    Shapes
    ------
    - tensors: any

    Examples
    --------
    >>> from pathlib import Path
    >>> import numpy as np
    >>> from glassnet.convert.pytorch.safetensors import tensors_of
    >>> from safetensors.numpy import save_file
    >>> save_file({"lstm10": np.ones(1), "lstm9": np.ones(2)}, "weights.safetensors")
    >>> tensors_of(Path("weights.safetensors"))
    {'lstm9': array([1., 1.]), 'lstm10': array([1.])}
    """
    from safetensors import SafetensorError, deserialize

    try:
        found = deserialize(path.read_bytes())  # it holds sizes and offsets against the file's
    except SafetensorError as error:
        reason = str(error).rpartition(": ")[2]
        raise ConversionError(f"is damaged, or not a safetensors file ({reason})") from error
    tensors = {name: _array(name, entry) for name, entry in found}
    return dict(sorted(tensors.items(), key=lambda item: _natural(item[0])))


def _array(name: str, entry: dict[str, Any]) -> Array:
    kind, data, shape = entry["dtype"], entry["data"], entry["shape"]
    if kind == "BF16":  # the upper half of a float32
        halves = np.frombuffer(data, np.uint16).astype(np.uint32)
        return (halves << 16).view(np.float32).reshape(shape)
    if kind == "F16":
        return np.frombuffer(data, np.float16).astype(np.float32).reshape(shape)
    if kind in _TYPES:
        return np.frombuffer(data, _TYPES[kind]).reshape(shape)
    if name.rpartition(".")[2] == "num_batches_tracked":
        return np.zeros(shape)
    raise ConversionError(f"tensor {name} is of type {kind}: weights are F64, F32, F16 or BF16")


def _natural(name: str) -> list[tuple[int, str]]:
    """Return what sorts names with numbers in them, such that lstm9 comes before lstm10."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", name)]


def _read(path: Path) -> Converted:
    from safetensors import safe_open

    tensors = tensors_of(path)
    with safe_open(path, "np") as file:
        metadata = file.metadata() or {}
    if KEY not in metadata:
        network, arrays = stack_of(tensors, ordered=False)
        return Converted(filled(network, arrays))
    network, characters = _described(metadata[KEY])
    vocabulary = Vocabulary(characters) if characters else None
    vocabulary = own_vocabulary(network) or vocabulary
    return Converted(filled(network, network_arrays(network, tensors)), vocabulary)


def _described(text: str) -> tuple[Layer, str | None]:
    """Return the network of the metadata, not initialized, and the characters of its vocabulary."""
    try:
        header = json.loads(text)
        if header["format"] != FORMAT:
            raise ConversionError(
                f"format {header['format']} of its metadata is not the format {FORMAT} that this "
                "version of glassnet reads"
            )
        network = build({"layer": header["kind"], "configuration": header["configuration"]})
        characters = header["vocabulary"]
        if not isinstance(characters, str | None):
            raise TypeError("a vocabulary is a text")
        return network, characters
    except ConversionError:
        raise
    except StructureError as error:
        raise ConversionError(f"its metadata {error}") from error
    except Exception as error:  # whatever a wrong value leads to in a network's constructor
        raise ConversionError("the network in its metadata is damaged") from error


def _write(converted: Converted, path: Path) -> None:
    from safetensors.numpy import save

    network, vocabulary = converted.network, converted.vocabulary
    header = {
        "format": FORMAT,
        "kind": network.kind,
        "configuration": describe(network)["configuration"],
        "vocabulary": vocabulary.characters if vocabulary else None,
    }
    # By the key "format" other libraries tell which framework's layout this is.
    data = save(state_dict(network, exact=True), {"format": "pt", KEY: json.dumps(header)})
    with whole_file(path) as file:
        file.write(data)


SAFETENSORS = Format("safetensors", (".safetensors",), _read, _write, tensors_of, ("safetensors",))
"""The format of `.safetensors` files."""
