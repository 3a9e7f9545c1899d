"""The states of an LSTM unit that can be looked at."""

from __future__ import annotations

from collections.abc import Iterable

from glassnet.errors import no_such

STATES = ("hidden", "cell", "input-gate", "forget-gate", "output-gate", "candidate")
"""The states of an LSTM unit: h, c, i, f, o and g of the equations in `glassnet.nn.LSTM`."""

_NAMES = {"hidden": "hidden state", "cell": "cell state"}


def state_name(state: str) -> str:
    """Return a state as it is written in a sentence: `hidden state`, `input gate`."""
    return _NAMES.get(state, state.replace("-", " "))


def check_states(states: Iterable[str]) -> None:
    """Raise a ValueError that suggests a state if one of these does not exist."""
    for state in states:
        if state not in STATES:
            raise ValueError(no_such("state", state, STATES))
