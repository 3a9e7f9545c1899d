"""Frozen parameters, which training leaves as they are: a part of the contract of layers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from glassnet.nn.contract.named.patterns import matching
from glassnet.nn.contract.named.views import unknown


class WithFreezing:
    """The part of a layer that freezes parameters."""

    _declared: Mapping[str, tuple[tuple[int, ...], object]]

    def __init__(self) -> None:
        super().__init__()
        self._frozen: set[str] = set()  # names of own parameters

    if TYPE_CHECKING:

        def walk(self, prefix: str = "") -> Iterator[tuple[str, WithFreezing]]: ...

    def freeze(self, pattern: str = "*") -> None:
        """Let training leave parameters of this layer and the layers inside it as they are.

        The gradient of a frozen parameter is 0. `parameter_groups` keeps optimizers from changing
        it, weight decay and momentum included; `glassnet.train` does so by itself.

        Parameters
        ----------
        pattern : str, default "*"
            Dotted names of parameters, with `*` for any part of a name: ``"lstm1.*"`` or
            ``"*.b"``. By default all parameters.

        Raises
        ------
        ValueError
            If it fits no parameter.
        """
        self._mark(matching(pattern, self._names()), frozen=True)

    def unfreeze(self, pattern: str = "*") -> None:
        """Let training change parameters again.

        Parameters
        ----------
        pattern : str, default "*"
            As for `freeze`.

        Raises
        ------
        ValueError
            If it fits no parameter.
        """
        self._mark(matching(pattern, self._names()), frozen=False)

    @property
    def frozen(self) -> tuple[str, ...]:
        """The dotted names of all frozen parameters, in the order of `theta`; it can be set.

        Raises
        ------
        ValueError
            If it is set to names among which one is no parameter's.
        """
        return tuple(
            prefix + name
            for prefix, layer in self.walk()
            if layer._frozen
            for name in layer._declared
            if name in layer._frozen
        )

    @frozen.setter
    def frozen(self, names: tuple[str, ...]) -> None:
        known = self._names()
        for name in names:
            if name not in known:
                raise unknown("parameter", name, dict.fromkeys(known))
        self._mark(known, frozen=False)
        self._mark(names, frozen=True)

    def _learns(self, name: str) -> bool:
        """Return whether an own parameter is not frozen: else `backward` may skip its gradient."""
        return name not in self._frozen

    def _names(self) -> list[str]:
        """Return the dotted names of all parameters, known before `initialize`."""
        return [prefix + name for prefix, layer in self.walk() for name in layer._declared]

    def _mark(self, names: Iterable[str], *, frozen: bool) -> None:
        """Freeze parameters, or the opposite."""
        chosen = set(names)
        for prefix, layer in self.walk():
            own = {name for name in layer._declared if prefix + name in chosen}
            layer._frozen = layer._frozen | own if frozen else layer._frozen - own
            layer._zero_frozen()

    def _zero_frozen(self) -> None:
        """Set the gradients of own frozen parameters to 0; `backward` ends with it."""
        for name in self._frozen:
            if f"d{name}" in vars(self):  # it is initialized
                getattr(self, f"d{name}")[...] = 0
