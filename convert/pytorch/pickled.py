"""`.pt` and `.pth`: state dicts as PyTorch saves them, read by PyTorch and without running code.

`torch.load(weights_only=True)` unpickles nothing but tensors and containers of these. Before that
the file is held to its own size and check sums: it is a zip file whose parts are not compressed.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from glassnet.convert.format import ConversionError, Converted, Format
from glassnet.convert.pytorch.networks import filled, state_dict
from glassnet.convert.pytorch.stacks import stack_of
from glassnet.files import whole_file
from glassnet.nn import Array

__all__ = ["PICKLED", "tensors_of"]

_INSIDE = ("state_dict", "model_state_dict", "model")
"""Under which of these names a training's checkpoint has the state dict."""

_NO_FILE = "is damaged, or not a file of PyTorch 1.6 or later"


def tensors_of(path: Path) -> dict[str, Array]:
    """Read the tensors of a state dict.

    Parameters
    ----------
    path : Path
        The file, which may hold the state dict under a name, as training programs save it.

    Returns
    -------
    dict[str, Array]
        The tensors by name, in the order of the modules. Those of 16 bits become float32, without
        loss.

    Raises
    ------
    ConversionError
        If the file is damaged, or holds anything else than a state dict.

    Shapes
    ------
    - tensors: any

    Examples
    --------
    >>> from pathlib import Path
    >>> from glassnet.convert import ConversionError
    >>> from glassnet.convert.pytorch.pickled import tensors_of
    >>> path = Path("network.pt")
    >>> _ = path.write_text("no zip file")
    >>> try:
    ...     tensors_of(path)
    ... except ConversionError as error:
    ...     print(error)
    is damaged, or not a file of PyTorch 1.6 or later
    """
    most = path.stat().st_size
    _require_whole(path, most)
    import torch

    try:
        found = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # UnpicklingError, RuntimeError and a dozen others
        if type(error).__name__ == "UnpicklingError":
            raise ConversionError(
                "holds other objects than tensors, which are not loaded, as they could run code: "
                "save model.state_dict() instead of the model"
            ) from error
        raise ConversionError(_NO_FILE) from error
    for name in _INSIDE:
        if isinstance(found, Mapping) and isinstance(found.get(name), Mapping):
            found = found[name]
    if not isinstance(found, Mapping) or not found:
        raise ConversionError(f"holds a {type(found).__name__}, not a state dict with tensors")
    return {str(name): _array(str(name), value, most) for name, value in found.items()}


def _require_whole(path: Path, most: int) -> None:
    """Raise a ConversionError if a file is no zip file, is damaged, or claims to hold more."""
    try:
        with ZipFile(path) as file:
            total = sum(part.file_size for part in file.infolist())
            if total > most:
                raise ConversionError(
                    f"is damaged: it has {most:,} bytes and claims to hold {total:,}"
                )
            damaged = file.testzip()  # PyTorch itself checks no sums
    except ConversionError:
        raise
    except Exception as error:  # BadZipFile, NotImplementedError, RuntimeError, ...
        raise ConversionError(_NO_FILE) from error
    if damaged:
        raise ConversionError(f"is damaged: its part {damaged!r} was changed")


def _array(name: str, value: Any, most: int) -> Array:
    """Return a tensor as an array of its own."""
    import torch

    if not isinstance(value, torch.Tensor):
        raise ConversionError(f"{name} is a {type(value).__name__}, not a tensor")
    # A tensor may say that it is larger than what is stored, by strides of 0.
    if value.layout is not torch.strided or value.numel() * value.element_size() > most:
        raise ConversionError(f"tensor {name} {tuple(value.shape)} is not stored as a whole")
    if value.is_floating_point() and value.dtype is not torch.float64:
        value = value.float()
    if value.dtype not in (torch.float32, torch.float64) and not name.endswith("batches_tracked"):
        raise ConversionError(f"tensor {name} is of type {value.dtype}: weights are floats")
    array: Array = value.detach().numpy().copy()
    return array


def _read(path: Path) -> Converted:
    network, arrays = stack_of(tensors_of(path), ordered=True)
    return Converted(filled(network, arrays))


def _write(converted: Converted, path: Path) -> None:
    import torch

    tensors = {
        name: torch.from_numpy(value) for name, value in state_dict(converted.network).items()
    }
    with whole_file(path) as file:
        torch.save(tensors, file)


PICKLED = Format(
    "PyTorch", (".pt", ".pth"), _read, _write, tensors_of, ("torch",), "pip install torch"
)
"""The format of `.pt` files."""
