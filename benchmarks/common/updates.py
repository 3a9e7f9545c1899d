"""Updates of a network of glassnet as `train/run/trainer.py` makes them, and nothing beside
them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from glassnet.models import Network
from glassnet.nn import Optimizer
from glassnet.train.objectives import Objective
from glassnet.train.workers.communicator import Communicator


def updates_of(
    network: Network, objective: Objective, optimizer: Optimizer, communicator: Communicator
) -> Callable[[int], None]:
    """Return a function that makes one update, given its number in the epoch."""
    own = communicator.local_slice(network.theta.size)

    def update(step: int) -> None:
        network.zero_grad()
        loss = objective.compute(step)
        communicator.reduce_scatter(network.grad)
        communicator.all_reduce(np.array([loss, network.grad[own] @ network.grad[own]], np.float64))
        optimizer.step(network.theta[own], network.grad[own])
        communicator.all_gather(network.theta)

    return update
