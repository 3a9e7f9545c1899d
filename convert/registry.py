"""The formats that are known here, which the name of a file chooses from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TypeVar

import numpy as np

from glassnet.convert.checkpoint import GLASSNET
from glassnet.convert.format import ConversionError, Converted, Format
from glassnet.convert.keras import KERAS, KERAS_WEIGHTS
from glassnet.convert.onnx import ONNX
from glassnet.convert.pytorch.networks import state_dict
from glassnet.convert.pytorch.pickled import PICKLED
from glassnet.convert.pytorch.safetensors import SAFETENSORS
from glassnet.errors import UserError
from glassnet.files import write_errors
from glassnet.nn import Array, Layer

__all__ = ["FORMATS", "find_format", "read", "read_tensors", "write"]

Result = TypeVar("Result")

FORMATS: tuple[Format, ...] = (GLASSNET, SAFETENSORS, PICKLED, KERAS, KERAS_WEIGHTS, ONNX)
"""All formats."""


def find_format(path: Path | str) -> Format:
    """Return the format of a file by its name.

    Parameters
    ----------
    path : Path or str
        The file; it need not exist.

    Returns
    -------
    Format
        The one with the longest suffix that the name ends with.

    Raises
    ------
    ConversionError
        If there is none.

    Examples
    --------
    >>> from glassnet.convert import find_format
    >>> find_format("saves/NETWORK.NPZ").name
    'glassnet'
    """
    name = Path(path).name.lower()
    suffixes = {suffix: format for format in FORMATS for suffix in format.suffixes}
    fitting = [suffix for suffix in suffixes if name.endswith(suffix)]
    if not fitting:
        suffix = Path(path).suffix
        said = f"{suffix} is the suffix of no format known here" if suffix else "has no suffix"
        raise ConversionError(f"{path}: {said}; choose from {', '.join(suffixes)}")
    return suffixes[max(fitting, key=len)]


def read(path: Path | str) -> Converted:
    """Read a network from a file of any format.

    Parameters
    ----------
    path : Path or str
        The file, whose suffix says what format it has.

    Returns
    -------
    Converted
        The network, and its vocabulary if the file holds one.

    Raises
    ------
    ConversionError
        If there is no such format, if what it needs is not installed, or if the file is damaged or
        holds something that glassnet has no layer for.
    CheckpointError
        If one of glassnet's own files can't be read.

    Examples
    --------
    >>> from glassnet.convert import read
    >>> from glassnet.models import SHIPPED
    >>> type(read(SHIPPED / "simple-autoencoder.npz").network).__name__
    'SimpleAutoencoder'
    """
    path = Path(path)
    format = find_format(path)
    if format.reader is None:
        raise ConversionError(f"{path}: {format.name} files can be written, but not read")
    converted = _read(format.reader, format, path)
    _require_numbers(converted.network.arrays, path)
    return converted


def read_tensors(path: Path | str) -> Mapping[str, Array]:
    """Read the tensors of a file as PyTorch names them and lays them out.

    Parameters
    ----------
    path : Path or str
        The file, of a format that can be read.

    Returns
    -------
    Mapping[str, Array]
        The tensors by name: all of the file, or those of the network that it holds.

    Raises
    ------
    ConversionError
        As `read`, but for what makes a network of the tensors.

    Shapes
    ------
    - tensors: any

    Examples
    --------
    >>> from glassnet.convert.registry import read_tensors
    >>> from glassnet.models import SHIPPED
    >>> list(read_tensors(SHIPPED / "simple-autoencoder.npz"))[:2]
    ['encoder.dense1.weight', 'encoder.dense1.bias']
    """
    path = Path(path)
    format = find_format(path)
    if format.tensors is None:
        return state_dict(read(path).network)
    tensors = _read(format.tensors, format, path)
    _require_numbers(tensors, path)
    return tensors


def fill(network: Layer, path: Path | str) -> bool:
    """Fill a network with the weights of a file, if the format has a way of its own to do so.

    Parameters
    ----------
    network : Layer
        The network, initialized.
    path : Path or str
        The file.

    Returns
    -------
    bool
        Whether the format has one.

    Raises
    ------
    ConversionError
        If the file can't be read, or holds the weights of other layers.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.convert.registry import fill
    >>> from glassnet.nn import Dense
    >>> fill(Dense(2, 3).initialize(np.random.default_rng(1)), "dense.safetensors")
    False
    """
    path = Path(path)
    format = find_format(path)
    if format.fill is None:
        return False
    _read(partial(format.fill, network), format, path)
    return True


def write(converted: Converted, path: Path | str) -> None:
    """Write a network into a file of any format; a file of that name is replaced by a whole one.

    Parameters
    ----------
    converted : Converted
        The network, and its vocabulary if it has one.
    path : Path or str
        The file, whose suffix says what format it gets.

    Raises
    ------
    ConversionError
        If there is no such format, if what it needs is not installed, or if it has no place for a
        layer of the network.
    UserError
        If the file can't be written.

    Examples
    --------
    >>> from glassnet.convert import read, write
    >>> from glassnet.models import SHIPPED
    >>> write(read(SHIPPED / "simple-autoencoder.npz"), "copy.npz")
    >>> read("copy.npz").network.parameter_count
    50992
    """
    path = Path(path)
    format = find_format(path)
    if format.writer is None:
        raise ConversionError(f"{path}: {format.name} files can be read, but not written")
    _require_installed(format, path)
    try:
        with write_errors(path):
            format.writer(converted, path)
    except ConversionError as error:
        raise ConversionError(f"{path}: {error}") from error


def _require_installed(format: Format, path: Path) -> None:
    """Raise a ConversionError if a module that the format needs is not there."""
    missing = [module for module in format.modules if find_spec(module) is None]
    if missing:
        raise ConversionError(f"{path}: needs {' and '.join(missing)}: {format.install}")


def _read(reader: Callable[[Path], Result], format: Format, path: Path) -> Result:
    """Return what a format's function reads; whatever it raises becomes an error for users."""
    if not path.is_file():
        said = "is a folder" if path.is_dir() else "there is no such file"
        raise ConversionError(f"{path}: {said}")
    _require_installed(format, path)
    try:
        return reader(path)
    except ConversionError as error:
        raise ConversionError(f"{path}: {error}") from error
    except (UserError, MemoryError):
        raise
    except Exception as error:  # the libraries raise dozens of kinds for damage
        if isinstance(error, OSError) and error.strerror:
            raise ConversionError(f"{path}: can't be read ({error.strerror})") from error
        raise ConversionError(f"{path}: is damaged, or not a {format.name} file") from error


def _require_numbers(arrays: Mapping[str, Array], path: Path) -> None:
    """Raise a ConversionError if an array has values that are not numbers."""
    for name, value in arrays.items():
        if not np.isfinite(value).all():
            raise ConversionError(
                f"{path}: {name} has values that are not numbers (NaN or infinite)"
            )
