"""Updates: what happens to the weights once the gradients are there.

Each worker updates its own slice of the parameters. It holds the optimizer's vectors and the moving
average for this slice alone.
"""

from __future__ import annotations

import copy
import inspect
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import numpy as np

from glassnet.models import Network
from glassnet.nn import (
    OPTIMIZERS,
    Array,
    ExponentialMovingAverage,
    Layer,
    Optimizer,
    clip_by_global_norm,
    parse_schedule,
)
from glassnet.train.options import TrainingOptions
from glassnet.train.workers.communicator import Communicator

__all__ = ["Updates", "make_optimizer"]


def make_optimizer(options: TrainingOptions) -> Optimizer:
    """Return the optimizer that the options name; `rho` and `beta2` go to those that have one.

    Parameters
    ----------
    options : TrainingOptions
        Of a recipe.

    Returns
    -------
    Optimizer
        A new optimizer.

    Examples
    --------
    >>> from glassnet.train.options import TrainingOptions
    >>> from glassnet.train.run.updates import make_optimizer
    >>> type(make_optimizer(TrainingOptions(optimizer="adam"))).__name__
    'Adam'
    """
    optimizer = OPTIMIZERS[options.optimizer]
    arguments = {"learning_rate": options.learning_rate, "weight_decay": options.weight_decay}
    for name in ("rho", "beta2"):
        if name in inspect.signature(optimizer).parameters:
            arguments[name] = getattr(options, name)
    return optimizer(**arguments)


class Updates:
    """The optimizer, its schedule, clipping and the average of the weights, for a worker's slice.

    Parameters
    ----------
    network : Layer or Network
        An initialized network.
    options : TrainingOptions
        The options of the run.
    communicator : Communicator
        The exchange with the other workers.
    optimizer : Optimizer, optional
        What to make updates with, from its state now; without it, what the options name.

    Attributes
    ----------
    own : slice
        The part of the parameters that this worker updates.
    learning_rate : float
        That of the last update.
    steps : int
        Updates since the optimizer was made.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.models import SimpleAutoencoder
    >>> from glassnet.train.options import TrainingOptions
    >>> from glassnet.train.run.updates import Updates
    >>> from glassnet.train.workers.communicator import SingleProcess
    >>> network = SimpleAutoencoder(code=2).initialize(np.random.default_rng(1))
    >>> updates = Updates(network, TrainingOptions(), SingleProcess())
    >>> network.grad[...] = 1
    >>> updates.apply(norm=1.0, step=0, steps=10, steps_per_epoch=5)
    >>> updates.learning_rate, updates.steps
    (0.001, 1)
    """

    def __init__(
        self,
        network: Layer | Network,
        options: TrainingOptions,
        communicator: Communicator,
        optimizer: Optimizer | None = None,
    ) -> None:
        self._network, self._options, self._communicator = network, options, communicator
        self._first_optimizer = optimizer
        self._schedule = parse_schedule(options.schedule)
        self.own = communicator.local_slice(network.theta.size)
        self.restart()

    def restart(self) -> None:
        """Forget all updates: a stage of training begins whose loss is another."""
        self._optimizer = copy.deepcopy(self._first_optimizer) or make_optimizer(self._options)
        ema = self._options.ema
        self._average = ExponentialMovingAverage(ema) if ema else None

    @property
    def learning_rate(self) -> float:
        return self._optimizer.learning_rate

    @property
    def steps(self) -> int:
        return self._optimizer.steps

    def apply(self, *, norm: float, step: int, steps: int, steps_per_epoch: int) -> None:
        """Update the weights with the gradients, whose sum this worker's slice holds.

        Parameters
        ----------
        norm : float
            Global norm of the gradients.
        step : int
            Number of this update, from 0.
        steps, steps_per_epoch : int
            Updates of the whole training, and of an epoch.
        """
        theta, gradient = self._network.theta[self.own], self._network.grad[self.own]
        if self._options.clip:
            clip_by_global_norm(gradient, self._options.clip, norm)
        self._optimizer.learning_rate = self._options.learning_rate * self._schedule(
            step, steps, steps_per_epoch
        )
        self._optimizer.step(theta, gradient)
        if self._average is not None:
            self._average.update(theta)
        self._communicator.all_gather(self._network.theta)

    @contextmanager
    def averaged_weights(self) -> Iterator[None]:
        """Let the network have the averaged weights for a while, if this run averages them.

        Yields
        ------
        None
            Nothing; the weights return when the block ends.
        """
        if self._average is None or self._average.average is None:
            yield
            return
        theta, own = self._network.theta, self.own
        kept = theta[own].copy()
        theta[own] = self._average.average
        self._communicator.all_gather(theta)
        yield
        self._communicator.barrier()  # workers may share theta: the first may still be saving it
        theta[own] = kept
        self._communicator.all_gather(theta)

    def vectors(self) -> dict[str, Array]:
        """Return the whole vectors that a checkpoint must hold, by name; all workers call this."""
        own_vectors = {f"optimizer/{name}": own for name, own in self._optimizer.state.items()}
        if self._average is not None and self._average.average is not None:
            own_vectors["average/theta"] = self._average.average
        whole_vectors = {}
        for name, own in own_vectors.items():
            whole = np.zeros(self._network.theta.size, own.dtype)
            whole[self.own] = own
            self._communicator.all_gather(whole)
            whole_vectors[name] = whole
        return whole_vectors

    def restore(self, vectors: Mapping[str, Array], steps: int) -> None:
        """Go on from what `vectors` returned.

        Parameters
        ----------
        vectors : Mapping[str, Array]
            Whole vectors by name; others may be among them.
        steps : int
            Updates of the optimizer until then.
        """
        prefix = "optimizer/"
        self._optimizer.steps = steps
        self._optimizer.state = {
            name.removeprefix(prefix): whole[self.own]
            for name, whole in vectors.items()
            if name.startswith(prefix)
        }
        if self._average is not None and "average/theta" in vectors:
            self._average.updates = steps
            self._average.average = vectors["average/theta"][self.own].copy()
