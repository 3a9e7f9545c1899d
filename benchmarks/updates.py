"""Updates of a network of glassnet as `train/trainer.py` makes them, and nothing beside them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from glassnet.nn import Optimizer
from glassnet.train.reducers import Reducer
from glassnet.train.trainer import Task


def updates_of(task: Task, optimizer: Optimizer, reducer: Reducer) -> Callable[[int], None]:
    """Return a function that makes one update, given its number in the epoch."""
    network = task.network
    own = reducer.own(network.theta.size)

    def update(step: int) -> None:
        network.grad[...] = 0
        loss = task.compute(step)
        reducer.reduce(network.grad)
        reducer.sum(np.array([loss, network.grad[own] @ network.grad[own]], np.float64))
        optimizer.step(network.theta[own], network.grad[own])
        reducer.gather(network.theta)

    return update
