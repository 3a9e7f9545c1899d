"""Into how many parts to cut a matrix product, so that NumPy's BLAS is fastest.

A general matrix product first copies ("packs") its matrices into an order that suits the cache.
OpenBLAS's AVX-512 kernels skip this while rows · inner · columns <= 10⁶. With them, several
products of that size are faster than one large product.
"""

from __future__ import annotations

import os

import numpy as np

NO_PACKING = 10**6  # rows · inner · columns of the largest product that is not packed
_AVX512_CORES = ("", "SkylakeX", "Cooperlake", "SapphireRapids")


def small_products_are_fast() -> bool:
    """Return whether NumPy's BLAS is OpenBLAS with the AVX-512 kernels that skip packing."""
    blas = np.show_config(mode="dicts")["Build Dependencies"]["blas"]["name"]
    features = np._core._multiarray_umath.__cpu_features__  # type: ignore[attr-defined]
    return (
        "openblas" in blas
        and features.get("AVX512_SKX", False)
        and os.environ.get("OPENBLAS_CORETYPE", "") in _AVX512_CORES
    )


def parts_of(rows: int, inner: int, columns: int) -> int:
    """Return into how many equal parts to cut the rows of a product; 1 if cutting does not help."""
    for parts in range(1, rows // 16 + 1):
        if rows % parts == 0 and rows // parts * inner * columns <= NO_PACKING:
            return parts
    return 1
