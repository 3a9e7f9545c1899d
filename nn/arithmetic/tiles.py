"""Column tiles: a large matrix cut into pieces that BLAS multiplies without packing.

A general matrix product first copies ("packs") its matrices into an order that suits the cache. A
recurrent layer multiplies a few rows by the same large matrix at every time step, so packing costs
it as much as multiplying. It cuts the matrix once into tiles of columns, each contiguous and small
enough to be multiplied as it is (see `products.py` for the limit).
"""

from __future__ import annotations

from glassnet.nn.arithmetic.products import NO_PACKING
from glassnet.nn.types import Array


def tiling(rows: int, inner: int, columns: int) -> tuple[int, int]:
    """Return (B, w) for a product (rows, inner) x (inner, columns): blocks of rows, tile width.

    Of the widths below the packing limit 64 columns are fastest, then 32. Narrower tiles, or
    blocks of fewer than 8 rows, are not worth it: (1, columns) means one tile.
    """
    for blocks in range(1, max(1, rows // 8) + 1):
        if rows % blocks == 0:
            width = columns
            while width % 2 == 0 and (width > 64 or rows // blocks * inner * width > NO_PACKING):
                width //= 2
            if 32 <= width <= 64:
                return blocks, width
    return 1, columns


def column_tiles(matrix: Array, width: int) -> Array:
    """View a matrix (inner, columns) as its tiles of columns, (columns / width, inner, width)."""
    return matrix.reshape(len(matrix), -1, width).transpose(1, 0, 2)
