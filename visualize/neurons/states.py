"""The states of a recurrent unit that can be looked at."""

from __future__ import annotations

from collections.abc import Iterable

from glassnet.errors import no_such

STATES = ("hidden", "cell", "input-gate", "forget-gate", "output-gate", "candidate")
"""The states of an LSTM unit: h, c, i, f, o and g of the equations in `glassnet.nn.LSTM`."""

_NAMES = {"hidden": "hidden state", "cell": "cell state"}


def state_name(state: str) -> str:
    """Return a state as it is written in a sentence: `hidden state`, `input gate`."""
    return _NAMES.get(state, state.replace("-", " "))


def state_of_activation(name: str) -> str:
    """Return the state that a layer's `activations` calls by this name: `input-gate`."""
    return name.replace(" ", "-")


def check_states(states: Iterable[str], known: Iterable[str] = STATES) -> None:
    """Raise a ValueError that suggests a state if one of these is not known."""
    known = tuple(known)
    for state in states:
        if state not in known:
            raise ValueError(no_such("state", state, known))
