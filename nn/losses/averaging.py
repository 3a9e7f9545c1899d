"""The mean that a loss is: over how many rows, and the weight of one element in it."""

from __future__ import annotations

import numpy as np

from glassnet.nn.types import Array


def element_weight(output: Array, targets: Array, total: int | None) -> float:
    """Return 1 / (rows · elements of a row), the weight of one element in a mean."""
    if output.shape != targets.shape:
        raise ValueError(
            f"the output has shape {output.shape}, but the targets have {targets.shape}"
        )
    if not output.ndim:
        raise ValueError("the output must have rows, but it is a single number")
    elements = int(np.prod(output.shape[1:]))
    if not elements:
        raise ValueError(f"there is nothing to average in an output of shape {output.shape}")
    return 1.0 / (require_rows(len(output), total) * elements)


def require_rows(local: int, total: int | None) -> int:
    """Return the number of rows that a mean is over, `total` or those given here."""
    if total is None and not local:
        raise ValueError("there are no rows to average over")
    if total is not None and total < 1:
        raise ValueError(f"total, the rows to average over, must be positive, not {total}")
    return local if total is None else total
