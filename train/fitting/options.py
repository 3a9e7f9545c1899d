"""The options of `fit`: those of all recipes, and its batches."""

from __future__ import annotations

import inspect
from dataclasses import dataclass

from glassnet.errors import no_such
from glassnet.nn import OPTIMIZERS, Optimizer
from glassnet.train.options import OptionError, TrainingOptions, option
from glassnet.train.options.values import count

__all__ = ["FitOptions", "options_of"]


@dataclass(frozen=True, kw_only=True)
class FitOptions(TrainingOptions):
    """The options of `fit`, in addition to `TrainingOptions`.

    Parameters
    ----------
    batch : int, default 32
        Examples of an update.
    loss : str, default ""
        Name of the loss, by which a run that is resumed knows that it is the same.

    Examples
    --------
    >>> from glassnet.train.fitting.options import FitOptions
    >>> from glassnet.train.options import OptionError
    >>> try:
    ...     FitOptions(learning_rate=-1)
    ... except OptionError as error:
    ...     print(error)
    learning_rate must be a number above 0, not '-1'
    """

    batch: int = option(32, count, "examples of one update", "N", "data")
    loss: str = option("", str, "name of the loss", "NAME", "training")

    @classmethod
    def spelled(cls, name: str, value: str | float | None = None) -> str:
        return name if value is None else f"{name}={value!r}"


def options_of(
    optimizer: str | Optimizer, loss: str, given: dict[str, str | float]
) -> tuple[FitOptions, Optimizer | None]:
    """Return the options of a call of `fit`.

    Parameters
    ----------
    optimizer : str or Optimizer
        A key of `OPTIMIZERS`, or an optimizer whose own options are taken.
    loss : str
        Name of the loss.
    given : dict[str, str | float]
        Other options by name. The defaults of the optimizer's are those of its class.

    Returns
    -------
    options : FitOptions
        The options.
    optimizer : Optimizer or None
        The optimizer, if it was one.

    Raises
    ------
    OptionError
        If there is no such option, or its value is not allowed.

    Examples
    --------
    >>> from glassnet.nn import SGD
    >>> from glassnet.train.fitting.options import options_of
    >>> options_of("sgd", "mean_squared_error", {"epochs": 3})[0].learning_rate
    0.01
    >>> options_of(SGD(learning_rate=0.5), "mean_squared_error", {})[0].learning_rate
    0.5
    """
    fields = set(FitOptions.fields()) - {"data", "dtype", "loss"}
    for name in given:
        if name not in fields:
            raise OptionError(no_such("option", name, sorted(fields)))
    if isinstance(optimizer, type):
        name = optimizer.__name__
        raise OptionError(f"optimizer: {name} is a class, and an optimizer is {name}()")
    if isinstance(optimizer, Optimizer):
        own = fields & set(inspect.signature(type(optimizer)).parameters)
        for name in own & set(given):
            raise OptionError(
                f"{name} belongs to the optimizer: {type(optimizer).__name__}({name}=...)"
            )
        names = {kind: name for name, kind in OPTIMIZERS.items()}
        taken = {name: getattr(optimizer, name) for name in own if hasattr(optimizer, name)}
        if type(optimizer) in names:
            taken["optimizer"] = names[type(optimizer)]
        return _made(loss, taken | given), optimizer
    if optimizer in OPTIMIZERS:
        parameters = inspect.signature(OPTIMIZERS[optimizer]).parameters
        defaults = {name: parameters[name].default for name in fields & set(parameters)}
        given = defaults | given
    return _made(loss, {**given, "optimizer": optimizer}), None


def _made(loss: str, given: dict[str, str | float]) -> FitOptions:
    return FitOptions(loss=loss).updated(
        {name.replace("_", "-"): value for name, value in given.items()}
    )
