"""The types that annotations in nn share."""

from typing import Any

import numpy as np

__all__ = ["Array"]

Array = np.ndarray[Any, np.dtype[Any]]
"""An array of any shape and data type; docstrings say which."""
