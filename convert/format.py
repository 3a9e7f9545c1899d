"""What a file format has to offer, and what is converted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from glassnet.errors import UserError
from glassnet.models import Vocabulary
from glassnet.nn import Array, Layer

__all__ = ["ConversionError", "Converted", "Format", "own_vocabulary"]


class ConversionError(UserError, ValueError):
    """A file can't be read as a network, or a network can't be written as a file of some format.

    The message is one line that names the file and the tensor, layer or operator.

    Examples
    --------
    >>> from glassnet.convert import ConversionError, read
    >>> try:
    ...     read("network.doc")
    ... except ConversionError as error:
    ...     print(str(error).partition(";")[0])
    network.doc: .doc is the suffix of no format known here
    """


@dataclass(frozen=True)
class Converted:
    """A network on its way from one format to another.

    Parameters
    ----------
    network : Layer
        The network, initialized.
    vocabulary : Vocabulary, optional
        The characters whose ids it reads, if they are known.

    Examples
    --------
    >>> from glassnet.convert import read
    >>> from glassnet.models import SHIPPED
    >>> converted = read(SHIPPED / "simple-autoencoder.npz")
    >>> converted.network.parameter_count, converted.vocabulary
    (50992, None)
    """

    network: Layer
    vocabulary: Vocabulary | None = None


@dataclass(frozen=True)
class Format:
    """A file format, and the functions that read and write it.

    Parameters
    ----------
    name : str
        What it is called in messages, such as "ONNX".
    suffixes : tuple[str, ...]
        The ends of its files' names, in lower case, such as ".onnx".
    reader : Callable[[Path], Converted], optional
        Reads a file that is there. It raises a `ConversionError` that names the tensor or operator;
        `read` puts the name of the file before it. Nothing of a file may be executed, and sizes are
        checked before anything is allocated. Without it, the format is only written.
    writer : Callable[[Converted, Path], None], optional
        Writes a whole file or none, see `whole_file`, and raises a `ConversionError` as well.
        Without it, the format is only read.
    tensors : Callable[[Path], Mapping[str, Array]], optional
        Reads the tensors of a file that may hold no network but only weights, by the names and in
        the layout of PyTorch.
    modules : tuple[str, ...], default ()
        The modules that these import, beyond what glassnet needs anyway.
    install : str, default 'pip install "glassnet[interop]"'
        The command that installs them.
    fill : Callable[[Layer, Path], None], optional
        Fills a network of the same layers with the weights of a file, where the format knows better
        than by PyTorch's names which weights are whose.

    Examples
    --------
    >>> from glassnet.convert import find_format
    >>> find_format("network.npz").name
    'glassnet'
    """

    name: str
    suffixes: tuple[str, ...]
    reader: Callable[[Path], Converted] | None = None
    writer: Callable[[Converted, Path], None] | None = None
    tensors: Callable[[Path], Mapping[str, Array]] | None = None
    modules: tuple[str, ...] = ()
    install: str = 'pip install "glassnet[interop]"'
    fill: Callable[[Layer, Path], None] | None = None


def own_vocabulary(network: Layer) -> Vocabulary | None:
    """Return the vocabulary that a network of characters holds, or None for other networks.

    Parameters
    ----------
    network : Layer
        Any network.

    Returns
    -------
    Vocabulary or None
        Its vocabulary.

    Examples
    --------
    >>> from glassnet.convert.format import own_vocabulary
    >>> from glassnet.models import CharacterLSTM, Vocabulary
    >>> own_vocabulary(CharacterLSTM(Vocabulary("ab"))).characters
    'ab'
    """
    vocabulary = getattr(network, "vocabulary", None)
    return vocabulary if isinstance(vocabulary, Vocabulary) else None
