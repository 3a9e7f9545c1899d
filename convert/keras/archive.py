"""`.keras` files: a ZIP archive of the model's structure and of its weights."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO

from glassnet.convert.format import ConversionError
from glassnet.models import Vocabulary

_CONFIG, _METADATA, _WEIGHTS = "config.json", "metadata.json", "model.weights.h5"
_VOCABULARY = "glassnet_vocabulary"  # in the metadata, of which Keras reads other entries only
_LARGEST_CONFIG = 16 * 2**20
_LARGEST_RATIO = 20  # of the size of a member to that of the archive; weights shrink by a tenth

_VERSION = "3.0.0"
"""The oldest version of Keras whose files are written like this."""


def read_archive(path: Path) -> tuple[Mapping[str, object], Vocabulary | None, bytes]:
    """Return the description of the model, its vocabulary, and the HDF5 file of its weights.

    Parameters
    ----------
    path : Path
        A `.keras` file.

    Returns
    -------
    config : Mapping[str, object]
        The model's class and arguments.
    vocabulary : Vocabulary or None
        The characters that it reads, in a file that glassnet wrote.
    weights : bytes
        The HDF5 file.

    Raises
    ------
    ConversionError
        If the file is damaged, or unpacks to far more than its size.
    """
    largest = _LARGEST_RATIO * path.stat().st_size + _LARGEST_CONFIG
    try:
        with zipfile.ZipFile(path) as archive:
            config = json.loads(_member(archive, _CONFIG, _LARGEST_CONFIG))
            metadata = json.loads(_member(archive, _METADATA, _LARGEST_CONFIG))
            version = metadata["keras_version"]
            if not isinstance(version, str) or version.startswith(("0.", "1.", "2.")):
                raise ConversionError(
                    f"was written by Keras {str(version)[:20]}; save the model with Keras 3"
                )
            if not isinstance(config, dict):
                raise ConversionError(f"{_CONFIG} describes no model")
            characters = metadata.get(_VOCABULARY)
            vocabulary = Vocabulary(characters) if isinstance(characters, str) else None
            return config, vocabulary, _member(archive, _WEIGHTS, largest)
    except ConversionError:
        raise
    except KeyError as error:
        raise ConversionError(f"lacks a part: {str(error.args[0])[:80]}") from error
    except zipfile.BadZipFile as error:
        raise ConversionError("is no .keras file, or damaged") from error
    except Exception as error:  # zlib.error, EOFError, RecursionError, encrypted members, ...
        raise ConversionError("the .keras file is damaged") from error


def _member(archive: zipfile.ZipFile, name: str, largest: int) -> bytes:
    """Return a member of an archive if it is not larger than it may be."""
    with archive.open(name) as member:
        data = member.read(largest + 1)  # what is announced may be less than what comes
    if len(data) > largest:
        raise ConversionError(f"{name} unpacks to more than {largest // 2**20:,} MB")
    return data


def write_archive(
    file: BinaryIO,
    config: Mapping[str, object],
    vocabulary: Vocabulary | None,
    weights: io.BytesIO,
) -> None:
    """Write a `.keras` file.

    Parameters
    ----------
    file : binary file
        What to write to.
    config : Mapping[str, object]
        The model's class and arguments.
    vocabulary : Vocabulary or None
        The characters that it reads; Keras ignores them.
    weights : io.BytesIO
        The HDF5 file of its weights.
    """
    metadata = {"keras_version": _VERSION}
    if vocabulary is not None:
        metadata[_VOCABULARY] = vocabulary.characters
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in (
            (_METADATA, json.dumps(metadata)),
            (_CONFIG, json.dumps(config)),
            (_WEIGHTS, weights.getvalue()),
        ):
            # A fixed date, so that the same network makes the same file.
            archive.writestr(zipfile.ZipInfo(name), data)
