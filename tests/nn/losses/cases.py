"""Outputs and targets that the losses are tested with."""

import numpy as np
from hypothesis import strategies as st

from glassnet.nn import Array
from glassnet.nn.testing import arrays, shapes

outputs = st.integers(1, 4).flatmap(lambda axes: arrays(shapes(axes, largest=4), scale=2.0))


def fractions(output: Array) -> Array:
    """Targets in [0, 1] for an output, 0 and 1 among them."""
    return np.clip(np.random.default_rng(7).uniform(-0.5, 1.5, output.shape), 0, 1)
