"""The options that all recipes have."""

from __future__ import annotations

import argparse
import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from glassnet.nn import OPTIMIZERS
from glassnet.nn.optim.schedules import SCHEDULES
from glassnet.options import one_of, whole_number
from glassnet.train.options.fields import Option, OptionError, flag, option, option_of, shown
from glassnet.train.options.values import (
    count,
    count_or_zero,
    fraction,
    not_negative,
    patterns,
    positive,
    schedule,
    values_by_pattern,
)

__all__ = ["TrainingOptions"]


@dataclass(frozen=True, kw_only=True)
class TrainingOptions:
    """The options that all recipes have; those of a family of networks derive from this class.

    Values are checked as those on the command line are.

    Parameters
    ----------
    data : str, default ""
        Name of a data set.
    epochs : int, default 10
        Passes over the training data.
    optimizer : str, default "rmsprop"
        A key of `glassnet.nn.OPTIMIZERS`.
    learning_rate : float, default 0.001
        Size of an update, before the schedule.
    rho : float, default 0.9
        How much of the mean of squared gradients is kept, in RMSprop and Adadelta.
    beta2 : float, default 0.999
        The same in Adam.
    schedule : str, default "constant"
        Learning rate over time; see `glassnet.nn.parse_schedule`.
    weight_decay : float, default 0.0
        Each update shrinks the weights by learning rate times this.
    weight_l1, weight_l2 : str, default ""
        Weight penalties by patterns of parameters' names, such as "*.W=1e-4"; see
        `glassnet.nn.WeightPenalty`. The training loss has them, the validation loss does not.
    rate_factors : str, default ""
        What the learning rate of some parameters is multiplied by, such as "embedding.*=0.1".
    freeze : str, default ""
        Patterns of the parameters that stay as they are, such as "embedding.*,lstm1.*".
    clip : float, default 0.0
        Largest global norm of the gradients; 0 sets no limit.
    ema : float, default 0.0
        Decay of the exponential moving average of the weights; 0 keeps none.
    patience : int, default 0
        Epochs without a better loss before stopping; 0 never stops early.
    seed : int, default 1
        Seed of all randomness.
    dtype : str, default "float32"
        Type of the weights.
    workers : int, default 0
        Processes that share each update; 0 chooses what suits the machine.

    Raises
    ------
    OptionError
        If a value is not allowed.

    Examples
    --------
    >>> from glassnet.train.options import TrainingOptions
    >>> options = TrainingOptions(epochs=3, learning_rate=0.01)
    >>> options.header()["learning-rate"]
    0.01
    >>> options.updated({"epochs": 5}).epochs
    5
    """

    data: str = option("", str, "name of a data set", "NAME", "data", resumable=True)
    epochs: int = option(
        10, count, "passes over the training data", "N", "training", resumable=True
    )
    optimizer: str = option(
        "rmsprop",
        one_of("optimizer", OPTIMIZERS),
        f"one of {', '.join(OPTIMIZERS)}",
        "NAME",
        "training",
    )
    learning_rate: float = option(
        1e-3, positive, "size of an update, before the schedule", "RATE", "training"
    )
    rho: float = option(
        0.9,
        fraction,
        "how much of the mean of squared gradients RMSprop and Adadelta keep",
        "RHO",
        "training",
    )
    beta2: float = option(
        0.999, fraction, "how much of the mean of squared gradients Adam keeps", "BETA2", "training"
    )
    schedule: str = option(
        "constant", schedule, f"learning rate over time: {SCHEDULES}", "SCHEDULE", "training"
    )
    weight_decay: float = option(
        0.0,
        not_negative,
        "each update shrinks the weights by learning rate times this",
        "DECAY",
        "training",
    )
    weight_l1: str = option(
        "",
        values_by_pattern,
        "penalties on the size of weights, by patterns of their names: *.W=1e-5",
        "PATTERN=L1,...",
        "training",
    )
    weight_l2: str = option(
        "",
        values_by_pattern,
        "penalties on the square of weights, by patterns of their names: *.W=1e-4",
        "PATTERN=L2,...",
        "training",
    )
    rate_factors: str = option(
        "",
        values_by_pattern,
        "factors of the learning rate, by patterns of weights' names: embedding.*=0.1",
        "PATTERN=FACTOR,...",
        "training",
    )
    freeze: str = option(
        "",
        patterns,
        "patterns of the names of weights that stay as they are: embedding.*,lstm1.*",
        "PATTERN,...",
        "training",
    )
    clip: float = option(
        0.0,
        not_negative,
        "largest global norm of the gradients; 0 sets no limit",
        "NORM",
        "training",
    )
    ema: float = option(
        0.0,
        fraction,
        "decay of the exponential moving average of the weights, which is validated and saved as "
        "best.npz; 0 keeps none",
        "DECAY",
        "training",
    )
    patience: int = option(
        0,
        count_or_zero,
        "epochs without a better validation loss (training loss where nothing is held out) before "
        "stopping; 0 never stops early",
        "EPOCHS",
        "training",
        resumable=True,
    )
    seed: int = option(1, whole_number(0, 2**63), "seed of all randomness", "N", "run")
    dtype: str = option(
        "float32",
        one_of("type", ("float32", "float64")),
        "float32, or float64 to check",
        "TYPE",
        "run",
    )
    workers: int = option(
        0,
        whole_number(0, 4096),
        "processes that share each update; 0 chooses what suits the machine",
        "N",
        "run",
        resumable=True,
    )

    def __post_init__(self) -> None:
        for name, known in self.fields().items():
            self._parsed(name, known, getattr(self, name))
        if self.optimizer == "adamw" and not self.weight_decay:
            raise OptionError(
                f"{self.spelled('optimizer', 'adamw')} needs {self.spelled('weight_decay', 0.01)} "
                "or another above 0: without it, it is adam"
            )

    @classmethod
    def fields(cls) -> dict[str, Option]:
        """Return what is known of each field, by its name."""
        return {field.name: option_of(field) for field in dataclasses.fields(cls)}

    def header(self) -> dict[str, str | float]:
        """Return the values by the command line's names, as the header of a checkpoint holds them.

        `updated` takes such values.
        """
        return {flag(name)[2:]: getattr(self, name) for name in self.fields()}

    def updated(self, header: Mapping[str, str | float]) -> Self:
        """Return these options with some values changed.

        Parameters
        ----------
        header : Mapping[str, str | float]
            Values by the command line's names, such as {"learning-rate": 0.01}.

        Returns
        -------
        Self
            New options.

        Raises
        ------
        OptionError
            If there is no such option, or its value is not allowed.
        """
        names = {flag(name)[2:]: name for name in self.fields()}
        changes: dict[str, Any] = {}
        for name, value in header.items():
            if name not in names:
                raise OptionError(f"there is no option --{name} here")
            changes[names[name]] = self._parsed(names[name], self.fields()[names[name]], value)
        return dataclasses.replace(self, **changes)

    def network_arguments(self) -> dict[str, str | float]:
        """Return the values that the network's class is called with, by the names there."""
        return {
            name: getattr(self, name)
            for name, known in self.fields().items()
            if known.group == "network"
        }

    @classmethod
    def spelled(cls, name: str, value: str | float | None = None) -> str:
        """Return an option as the user gives it, for messages.

        Parameters
        ----------
        name : str
            Of a field, or of something else that the command line has, such as "resume".
        value : str or float, optional
            Its value; without it, the name alone is returned.

        Returns
        -------
        str
            Such as "--learning-rate 0.01".
        """
        return flag(name) if value is None else f"{flag(name)} {shown(value)}"

    @classmethod
    def _parsed(cls, name: str, known: Option, value: str | float) -> str | float:
        """Return a value as the command line would read it."""
        try:
            return known.parse(shown(value))
        except argparse.ArgumentTypeError as error:
            message = str(error)
            raise OptionError(
                f"{cls.spelled(name)}{'' if message.startswith('must ') else ':'} {message}"
            ) from None
