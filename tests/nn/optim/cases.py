"""Gradients to take steps with, and all optimizers as a parameter of a test."""

import numpy as np
import pytest

from glassnet.nn import OPTIMIZERS, Array, Optimizer

every_optimizer = pytest.mark.parametrize("name", OPTIMIZERS)


def gradient_of(theta: Array, step: int) -> Array:
    """A gradient that depends on theta and the step, of sizes from 1e-8 to 10, zero in places."""
    scale = np.logspace(-8, 1, theta.size)
    return scale * (theta + np.sin(step + np.arange(theta.size))) * (np.arange(theta.size) % 7 > 0)


def run(optimizer: Optimizer, theta: Array, steps: range) -> Array:
    for step in steps:
        optimizer.step(theta, gradient_of(theta, step).astype(theta.dtype))
    return theta
