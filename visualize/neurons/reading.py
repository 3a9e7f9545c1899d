"""Reading a text with a recurrent network, and collecting the activations of its units."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol, runtime_checkable

import numpy as np

from glassnet.models import CharacterNetwork
from glassnet.nn import Array
from glassnet.visualize.drawing.progress import reading_bar
from glassnet.visualize.neurons.activations import Activations
from glassnet.visualize.neurons.states import check_states, state_of_activation


@runtime_checkable
class RecurrentLayer(Protocol):
    """A layer of a network whose units can be looked at, such as `LSTM`."""

    units: int
    activation_names: tuple[str, ...]

    def activations(self) -> dict[str, Array]:
        """Return the states of all units in the last `forward`, by name, (T, N, units) each."""


def recurrent_layers(network: CharacterNetwork) -> list[RecurrentLayer]:
    """Return the recurrent layers of a network, from the first."""
    return [layer for _, layer in network.walk() if isinstance(layer, RecurrentLayer)]


def states_of(network: CharacterNetwork) -> tuple[str, ...]:
    """Return the states that all recurrent layers of a network have, the hidden state first.

    Parameters
    ----------
    network : CharacterNetwork
        The network.

    Returns
    -------
    tuple of str
        Of an LSTM these are `STATES`; without recurrent layers there are none.

    Examples
    --------
    >>> from glassnet.models import CharacterLSTM, Vocabulary
    >>> from glassnet.visualize import states_of
    >>> states_of(CharacterLSTM(Vocabulary("ab"), cell="gru"))
    ('hidden', 'reset-gate', 'update-gate', 'candidate')
    """
    names = [layer.activation_names for layer in recurrent_layers(network)]
    return tuple(
        state_of_activation(name)
        for name in (names[0] if names else ())
        if all(name in others for others in names)
    )


def read_activations(
    network: CharacterNetwork,
    text: str,
    states: Sequence[str] = ("hidden",),
    chunk: int = 1000,
    progress: bool = False,
) -> Activations:
    """Read a text from a zero state and return the activations at every character.

    Parameters
    ----------
    network : CharacterNetwork
        An initialized network. Its carried state is zero afterwards.
    text : str
        At least one character.
    states : sequence of str, default ("hidden",)
        Which of `states_of(network)` to keep.
    chunk : int, default 1000
        Characters that are read at once. The state is carried from one chunk to the next, so that
        the result does not depend on it beyond rounding, and the layers' buffers stay small.
    progress : bool, default False
        Whether to show a progress bar if the standard error is a terminal.

    Returns
    -------
    Activations
        4 bytes for each character, unit, layer and state: 41 MB for one state of 10,000 characters
        in two layers of 512 units.

    Raises
    ------
    ValueError
        If a state is not one of `states_of(network)`.
    VocabularyError
        If the text holds a character that the network does not know.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.models import CharacterLSTM, Vocabulary
    >>> from glassnet.visualize import read_activations
    >>> network = CharacterLSTM(Vocabulary("ab "), layers=2, units=3)
    >>> network = network.initialize(np.random.default_rng(0))
    >>> activations = read_activations(network, "ab ba", states=["hidden", "forget-gate"])
    >>> activations.arrays[2, "forget-gate"].shape  # characters, units
    (5, 3)
    >>> activations.neuron(layer=1, index=0).values.round(2)
    array([-0.12, -0.04,  0.13,  0.22,  0.03], dtype=float32)
    """
    check_states(states, states_of(network))
    ids = network.vocabulary.encode(text)[:, None]  # (characters, 1): a single stream
    layers = dict(enumerate(recurrent_layers(network), 1))
    arrays = {
        (number, state): np.empty((len(ids), layer.units), np.float32)
        for number, layer in layers.items()
        for state in states
    }
    network.reset_state()
    with reading_bar(len(ids), "characters", progress) as bar:
        for start in range(0, len(ids), chunk):
            part = ids[start : start + chunk]
            network.forward(part)
            network.carry()
            for number, layer in layers.items():
                found = layer.activations()
                for state in states:
                    values = found[state.replace("-", " ")]
                    arrays[number, state][start : start + len(part)] = values[:, 0]
            bar.update(len(part))
    network.reset_state()
    return Activations(text, arrays)


def read_in_streams(
    network: CharacterNetwork,
    text: str,
    states: Sequence[str] = ("hidden",),
    streams: int = 32,
    steps: int = 100,
    warm_up: int = 300,
    progress: bool = False,
) -> Iterator[tuple[Array, dict[tuple[int, str], Array]]]:
    """Read a long text in parallel streams, as training does, and yield activations in blocks.

    The text is cut into N streams of equal length. The first stream starts from a zero state. Each
    other stream starts `warm_up` characters earlier, from a zero state, so that its state has
    nearly reached what one reading of the whole text gives. With 300 characters the hidden states
    of the Shakespeare LSTM differ from those of one reading by 0.00001 on average, and by up to
    0.4 in a few neurons at the start of a stream.

    Parameters
    ----------
    network : CharacterNetwork
        An initialized network. Its carried state is zero afterwards.
    text : str
        At least one character.
    states : sequence of str, default ("hidden",)
        Which of `states_of(network)` to yield.
    streams : int, default 32
        N, the number of streams; fewer if they would be shorter than `warm_up`.
    steps : int, default 100
        T, the characters of each stream that are read at once. Only memory depends on it.
    warm_up : int, default 300
        Characters read before a stream begins, at least 0.
    progress : bool, default False
        Whether to show a progress bar if the standard error is a terminal.

    Returns
    -------
    iterator of (array, dict of (int, str) to array)
        Blocks of at most T·N positions in the text, int64, with the activations there, float32, by
        layer (from 1) and state. Every position comes exactly once, in no order.

    Raises
    ------
    ValueError
        If a state is not one of `states_of(network)`.
    VocabularyError
        If the text holds a character that the network does not know. Both are raised by the call,
        before the first block is asked for.

    Shapes
    ------
    - positions: (n,)
    - activations: (n, units)

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.models import CharacterLSTM, Vocabulary
    >>> from glassnet.visualize import read_in_streams
    >>> network = CharacterLSTM(Vocabulary("ab "), layers=1, units=3)
    >>> network = network.initialize(np.random.default_rng(0))
    >>> for positions, block in read_in_streams(network, "ab ba ab", streams=2, steps=2, warm_up=1):
    ...     print(positions, block[1, "hidden"].shape)
    [0 4 1 5] (4, 3)
    [2 6 3 7] (4, 3)
    """
    check_states(states, states_of(network))
    ids = network.vocabulary.encode(text)
    return _blocks(network, ids, states, streams, steps, warm_up, progress)


def _blocks(
    network: CharacterNetwork,
    ids: Array,
    states: Sequence[str],
    streams: int,
    steps: int,
    warm_up: int,
    progress: bool,
) -> Iterator[tuple[Array, dict[tuple[int, str], Array]]]:
    count = min(streams, max(1, len(ids) // max(1, warm_up)))  # N
    bounds = np.arange(count + 1) * len(ids) // count
    first, ends = bounds[:-1], bounds[1:]  # of each stream, (N,) each
    layers = dict(enumerate(recurrent_layers(network), 1))
    network.reset_state()
    if count > 1:
        # Nothing precedes the first stream: its state after the warm-up is set back to zero.
        before = np.maximum(np.arange(-warm_up, 0)[:, None] + first, 0)  # (warm_up, N)
        for start in range(0, warm_up, steps):
            network.forward(ids[before[start : start + steps]])
            network.carry()
        for values in network.state.values():
            values[0] = 0
    with reading_bar(len(ids), "characters", progress) as bar:
        longest = int((ends - first).max())
        for start in range(0, longest, steps):
            positions = np.arange(start, min(start + steps, longest))[:, None] + first  # (T, N)
            inside = positions < ends
            network.forward(ids[np.minimum(positions, len(ids) - 1)])
            network.carry()
            found = {}
            for number, layer in layers.items():
                activations = layer.activations()
                for state in states:
                    block = activations[state.replace("-", " ")][inside]  # (n, units)
                    found[number, state] = block.astype(np.float32, copy=False)
            yield positions[inside], found
            bar.update(int(inside.sum()))
    network.reset_state()
