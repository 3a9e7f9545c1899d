"""The variables of Keras models in HDF5 files, read and written without Keras.

Keras 3 puts the variables of a layer into the group `layers/NAME/vars`, as data sets `0`, `1`, ...
NAME is made of the layer's class, as in `lstm_1` for the second LSTM. A part of a layer has a group
of its own: `layers/lstm/cell/vars`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, BinaryIO

import numpy as np

from glassnet.convert.format import ConversionError
from glassnet.nn import Array

if TYPE_CHECKING:
    import h5py

_DEEPEST = 16  # groups inside groups
_MOST_GROUPS = 100_000


def read_variables(file: BinaryIO, size: int) -> dict[str, list[Array]]:
    """Return the variables of all layers.

    Parameters
    ----------
    file : binary file
        An HDF5 file.
    size : int
        Its size in bytes: more numbers than fit are not read.

    Returns
    -------
    dict[str, list[Array]]
        The variables by the path of their group, such as "layers/lstm/cell".

    Raises
    ------
    ConversionError
        If the file is damaged, or holds links, compressed or missing data, or other things than
        floats.

    Examples
    --------
    >>> import io
    >>> import numpy as np
    >>> from glassnet.convert.keras.weights import read_variables, write_variables
    >>> file = io.BytesIO()
    >>> write_variables(file, {"layers/dense": [np.eye(2, dtype=np.float32)]})
    >>> read_variables(file, len(file.getvalue()))
    {'layers/dense': [array([[1., 0.],
           [0., 1.]], dtype=float32)]}
    """
    import h5py

    try:
        with h5py.File(file, "r") as root:
            if "_layer_checkpoint_dependencies" in root or "layer_names" in root.attrs:
                raise ConversionError(
                    "the weights were written by Keras 2; save the model with Keras 3"
                )
            if "layers" not in root:
                raise ConversionError("holds no layers of a Keras model")
            return dict(_variables(root, "layers", [size, _MOST_GROUPS], 0))
    except ConversionError:
        raise
    except Exception as error:  # h5py raises OSError, KeyError, RuntimeError, ... for damaged files
        raise ConversionError("the HDF5 file of the weights is damaged") from error


def _variables(
    parent: h5py.Group, path: str, left: list[int], depth: int
) -> Iterator[tuple[str, list[Array]]]:
    """Yield the variables of a group and the groups inside.

    `left` counts the bytes and groups that may still come: links can lead in circles.
    """
    left[1] -= 1
    if left[1] < 0:
        raise ConversionError(f"holds more than {_MOST_GROUPS:,} groups")
    group = _member(parent, path, path)
    names = list(group)
    if "vars" in names:
        variables = _member(group, "vars", path)
        yield (
            path,
            [_array(variables, str(i), f"{path}/{i}", left) for i in range(len(variables))],
        )
    if depth == _DEEPEST:
        raise ConversionError(f"{path}: groups lie too deep in each other")
    for name in names:
        if name != "vars":
            for inner, arrays in _variables(group, name, left, depth + 1):
                yield f"{path}/{inner}", arrays


def _member(group: h5py.Group, name: str, path: str) -> h5py.Group:
    import h5py

    if not isinstance(group.get(name, getlink=True), h5py.HardLink):
        raise ConversionError(f"{path}: is a link, and links are not followed")
    member = group[name]
    if not isinstance(member, h5py.Group):
        raise ConversionError(f"{path}: is no group of variables")
    return member


def _array(group: h5py.Group, name: str, path: str, left: list[int]) -> Array:
    import h5py

    if not isinstance(group.get(name, getlink=True), h5py.HardLink):
        raise ConversionError(f"{path}: is missing, or a link, and links are not followed")
    dataset = group[name]
    if not isinstance(dataset, h5py.Dataset) or dataset.dtype.kind != "f":
        raise ConversionError(f"{path}: holds no floats")
    plain = dataset.id.get_create_plist().get_nfilters() == 0
    if not plain or dataset.external or dataset.is_virtual:
        raise ConversionError(f"{path}: is compressed or lies in another file")
    left[0] -= dataset.nbytes
    if left[0] < 0 or dataset.id.get_storage_size() < dataset.nbytes:
        raise ConversionError(f"{path}: announces more numbers than the file holds")
    values: Array = dataset[()]
    return np.asarray(values)


def write_variables(file: BinaryIO, variables: Mapping[str, list[Array]]) -> None:
    """Write the variables of layers as Keras does.

    Parameters
    ----------
    file : binary file
        What to write to.
    variables : Mapping[str, list[Array]]
        The variables by the path of their group, as `read_variables` returns them.

    Examples
    --------
    >>> import io
    >>> import h5py
    >>> import numpy as np
    >>> from glassnet.convert.keras.weights import write_variables
    >>> file = io.BytesIO()
    >>> write_variables(file, {"layers/dense": [np.eye(2)]})
    >>> h5py.File(file)["layers/dense/vars/0"]
    <HDF5 dataset "0": shape (2, 2), type "<f8">
    """
    import h5py

    with h5py.File(file, "w") as root:
        root.create_group("vars")
        root.create_group("layers")
        for path, arrays in variables.items():
            group = root.create_group(f"{path}/vars")
            for number, array in enumerate(arrays):
                group.create_dataset(str(number), data=array)


def group_names(kinds: list[str]) -> list[str]:
    """Return the names of the groups of layers, from their classes.

    Parameters
    ----------
    kinds : list[str]
        The classes of all layers of a model, in its order.

    Returns
    -------
    list[str]
        A name for each.

    Examples
    --------
    >>> from glassnet.convert.keras.weights import group_names
    >>> group_names(["LSTM", "Conv2DTranspose", "LSTM", "SimpleRNN"])
    ['lstm', 'conv2d_transpose', 'lstm_1', 'simple_rnn']
    """
    names, used = [], dict[str, int]()
    for kind in kinds:
        name = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", re.sub(r"\W+", "", kind))
        name = re.sub("([a-z])([A-Z])", r"\1_\2", name).lower()
        number = used[name] = used.get(name, -1) + 1
        names.append(f"{name}_{number}" if number else name)
    return names
