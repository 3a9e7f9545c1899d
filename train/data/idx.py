"""IDX, the file format of MNIST: a magic number, the size of each dimension, then the elements.

    byte 0, 1        0, 0
    byte 2           type of the elements: 8 is unsigned bytes, the only one read here
    byte 3           number of dimensions
    bytes 4 to 7     size of the first dimension, big-endian; and so on for the others
    then             the elements, the last dimension changing fastest

Source: Y. LeCun, C. Cortes and C. J. C. Burges, "The MNIST database of handwritten digits".
"""

from __future__ import annotations

import gzip
import math
import struct
import zlib
from pathlib import Path

import numpy as np

from glassnet.nn import Array

__all__ = ["read_idx"]

_UNSIGNED_BYTES = 8


def read_idx(path: Path, dimensions: int) -> Array:
    """Return the array of unsigned bytes in an IDX file, which may be compressed by gzip.

    Parameters
    ----------
    path : pathlib.Path
        The file; decompressed if its name ends in `.gz`.
    dimensions : int
        How many the array must have: 3 for images (N, 28, 28), 1 for labels (N,).

    Returns
    -------
    array of uint8
        The array.

    Raises
    ------
    ValueError
        Naming the file, if it is not such a file, or is cut short or damaged.
    OSError
        If it can't be read.

    Shapes
    ------
    - array: (N, 28, 28) for images, (N,) for labels

    Examples
    --------
    >>> from pathlib import Path
    >>> from glassnet.train.data.idx import read_idx
    >>> _ = Path("labels").write_bytes(bytes([0, 0, 8, 1, 0, 0, 0, 3, 5, 0, 4]))
    >>> read_idx(Path("labels"), dimensions=1)
    array([5, 0, 4], dtype=uint8)
    """
    data = path.read_bytes()
    if path.suffix == ".gz":
        try:
            data = gzip.decompress(data)
        except (gzip.BadGzipFile, EOFError, zlib.error) as error:
            raise ValueError(f"{path}: not a whole gzip file ({error})") from None
    magic = bytes((0, 0, _UNSIGNED_BYTES, dimensions))
    if data[:4] != magic:
        raise ValueError(
            f"{path}: starts with {data[:4].hex(' ') or 'nothing'}, but an IDX file of unsigned "
            f"bytes in {dimensions} dimensions starts with {magic.hex(' ')}"
        )
    header = 4 + 4 * dimensions
    if len(data) < header:
        raise ValueError(f"{path}: cut short: {len(data)} bytes, less than the header's {header}")
    shape = struct.unpack(f">{dimensions}I", data[4:header])
    expected = header + math.prod(shape)
    if len(data) != expected:
        raise ValueError(
            f"{path}: {len(data)} bytes, but an array of shape {shape} takes {expected}"
        )
    return np.frombuffer(data, np.uint8, offset=header).reshape(shape)
