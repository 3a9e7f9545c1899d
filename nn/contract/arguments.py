"""The arguments that a layer was made with, so that a file can say how to make it again."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from functools import wraps
from inspect import Parameter
from typing import Any, Self

_BEFORE_STAR = (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD)


class WithArguments:
    """The part of a layer that records the arguments of its constructor.

    Attributes
    ----------
    kind : str
        The name of the class in files: that of the class itself unless it has set another.
    """

    kind: str
    _arguments: tuple[tuple[object, ...], dict[str, object]]

    def __init_subclass__(cls, **keywords: object) -> None:
        super().__init_subclass__(**keywords)
        if "kind" not in vars(cls):
            cls.kind = cls.__name__
        if "__init__" in vars(cls):
            cls.__init__ = _recording(cls.__init__)  # type: ignore[method-assign]

    @property
    def configuration(self) -> Mapping[str, object]:
        """The arguments that build this layer again, by the constructor's names.

        `from_configuration` takes them. A number or text that is an attribute of the same name, as
        the rate of `Dropout`, is the present one. A class may define both methods itself.
        """
        arguments, keywords = self._arguments
        bound = inspect.signature(type(self).__init__).bind(self, *arguments, **keywords)
        bound.apply_defaults()
        _self, *parameters = bound.signature.parameters.values()
        values: dict[str, object] = {}
        for parameter in parameters:
            value = bound.arguments[parameter.name]
            if parameter.kind is Parameter.VAR_KEYWORD:
                values |= value
            else:
                values[parameter.name] = self._present(parameter.name, value)
        return values

    def _present(self, name: str, value: object) -> object:
        """Return the attribute of a parameter's name if it is a number or text as the argument."""
        attribute = vars(self).get(name)
        same = type(attribute) is type(value) and isinstance(value, bool | int | float | str)
        return attribute if same else value

    @classmethod
    def from_configuration(cls, configuration: Mapping[str, object]) -> Self:
        """Build the layer that a `configuration` describes, not yet initialized.

        Parameters
        ----------
        configuration : mapping of str to object
            The `configuration` of a layer of this class.

        Returns
        -------
        Layer
            A new layer.
        """
        _self, *parameters = inspect.signature(cls.__init__).parameters.values()
        named: dict[str, Any] = dict(configuration)
        positional: list[Any] = []
        if any(parameter.kind is Parameter.VAR_POSITIONAL for parameter in parameters):
            for parameter in parameters:
                if parameter.kind in _BEFORE_STAR:
                    positional.append(named.pop(parameter.name))
                elif parameter.kind is Parameter.VAR_POSITIONAL:
                    positional += named.pop(parameter.name)
        return cls(*positional, **named)


def _recording(init: Callable[..., None]) -> Callable[..., None]:
    """Return an `__init__` that notes its arguments, if it is the first of all that are called."""

    @wraps(init)
    def recording_init(self: WithArguments, *arguments: object, **keywords: object) -> None:
        vars(self).setdefault("_arguments", (arguments, keywords))
        init(self, *arguments, **keywords)

    return recording_init
