"""The files of glassnet itself, `.npz`: what training and `glassnet.models.save` write."""

from __future__ import annotations

from pathlib import Path

from glassnet.convert.format import ConversionError, Converted, Format
from glassnet.models import CharacterNetwork, load, save

__all__ = ["GLASSNET"]


def _read(path: Path) -> Converted:
    network = load(path)
    return Converted(network, network.vocabulary if isinstance(network, CharacterNetwork) else None)


def _write(converted: Converted, path: Path) -> None:
    network = converted.network
    if converted.vocabulary is not None and not isinstance(network, CharacterNetwork):
        raise ConversionError(
            f"has no place for the vocabulary of a {type(network).__name__}: glassnet's files hold "
            "that of character networks"
        )
    save(network, path)


GLASSNET = Format("glassnet", (".npz",), _read, _write)
"""The format of glassnet's own files."""
