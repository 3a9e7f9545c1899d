"""The files of glassnet itself, `.npz`: what training and `glassnet.models.save` write."""

from __future__ import annotations

from pathlib import Path

from glassnet.convert.characters import with_vocabulary
from glassnet.convert.format import Converted, Format, own_vocabulary
from glassnet.models import OwnCharacterNetwork, load_network, save
from glassnet.nn import Layer

__all__ = ["GLASSNET"]


def _read(path: Path) -> Converted:
    network, _ = load_network(path)
    if isinstance(network, OwnCharacterNetwork):
        return Converted(network.network, network.vocabulary)
    assert isinstance(network, Layer)
    return Converted(network, own_vocabulary(network))


def _write(converted: Converted, path: Path) -> None:
    network, vocabulary = converted.network, converted.vocabulary
    if vocabulary is not None and own_vocabulary(network) is None:
        network = with_vocabulary(converted, vocabulary.characters).network
    save(network, path)


GLASSNET = Format("glassnet", (".npz",), _read, _write)
"""The format of glassnet's own files."""
