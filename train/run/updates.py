"""Updates: what happens to the weights once the gradients are there.

Each worker updates its own slice of the parameters. It holds the optimizer's vectors and the moving
average for this slice alone.
"""

from __future__ import annotations

import copy
import inspect
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import cast

import numpy as np

from glassnet.models import Network
from glassnet.nn import (
    OPTIMIZERS,
    Adam,
    Array,
    ExponentialMovingAverage,
    Layer,
    Optimizer,
    WeightPenalty,
    clip_by_global_norm,
    parameter_groups,
    parse_schedule,
)
from glassnet.nn.contract.named.patterns import matching
from glassnet.train.options import OptionError, TrainingOptions
from glassnet.train.options.values import by_pattern, listed
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
    if "rho" in inspect.signature(optimizer).parameters:
        arguments["rho"] = options.rho
    if issubclass(optimizer, Adam):  # Lion's beta2 is another
        arguments["beta2"] = options.beta2
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

    Raises
    ------
    OptionError
        If a pattern of the options fits no parameter.
    ValueError
        If the optimizer has groups: they are made here.

    Attributes
    ----------
    own : slice
        The part of the parameters that this worker updates.
    learning_rate : float
        That of the last update.
    steps : int
        Updates since the optimizer was made.
    frozen : sequence of str
        Names of the parameters that stay as they are; a checkpoint holds them.

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
        self._network = cast(Layer, network)  # what else satisfies the protocol
        self._options, self._communicator = options, communicator
        self._first_optimizer = optimizer
        if optimizer is not None and optimizer.groups is not None:
            raise ValueError(
                "the optimizer has groups, which are set here: give the factors of learning rates "
                f"as {options.spelled('rate_factors')} instead"
            )
        self._schedule = parse_schedule(options.schedule)
        self._penalty = WeightPenalty(by_pattern(options.weight_l1), by_pattern(options.weight_l2))
        self.own = communicator.local_slice(network.theta.size)
        self._check_patterns()
        for pattern in listed(options.freeze):
            self._network.freeze(pattern)
        self.restart()

    def _check_patterns(self) -> None:
        """Raise an OptionError if a pattern of the options fits no parameter."""
        for name in ("freeze", "rate_factors", "weight_l1", "weight_l2"):
            text = getattr(self._options, name)
            for pattern in listed(text) if name == "freeze" else by_pattern(text):
                try:
                    matching(pattern, self._network.parameters)
                except ValueError as error:
                    raise OptionError(f"{self._options.spelled(name, text)}: {error}") from None

    def restart(self) -> None:
        """Forget all updates: a stage of training begins whose loss is another."""
        self._optimizer = copy.deepcopy(self._first_optimizer) or make_optimizer(self._options)
        self._grouped: tuple[str, ...] | None = None  # what was frozen when groups were made
        ema = self._options.ema
        self._average = ExponentialMovingAverage(ema) if ema else None

    @property
    def learning_rate(self) -> float:
        return self._optimizer.learning_rate

    @property
    def steps(self) -> int:
        return self._optimizer.steps

    @property
    def frozen(self) -> Sequence[str]:
        return self._network.frozen

    @frozen.setter
    def frozen(self, names: Sequence[str]) -> None:
        self._network.frozen = tuple(names)

    def penalize(self) -> float:
        """Add the gradients of weight penalties to this worker's slice; return its penalty.

        Returns
        -------
        float
            The parts of all workers sum to the penalty.
        """
        if not (self._penalty.l1 or self._penalty.l2):
            return 0.0
        return self._penalty.add(self._network, self.own)

    def _group(self) -> None:
        """Set the optimizer's groups to what is frozen now."""
        self._grouped = self._network.frozen
        factors = by_pattern(self._options.rate_factors)
        self._optimizer.groups = None
        if factors or self._grouped:
            self._optimizer.groups = parameter_groups(self._network, factors, self.own)

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
        if self._network.frozen != self._grouped:
            self._group()
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
