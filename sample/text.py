"""Drawing text from a character network, one character after the other.

    logits -> divided by the temperature -> softmax -> cut by top-k, then top-p -> one drawn

Every text has a random generator of its own, spawned from the one that is handed in, so the
first text is the same however many are drawn beside it (up to rounding in the network).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

import numpy as np

from glassnet.models import CharacterCell, CharacterNetwork, check_neuron
from glassnet.nn import Array, softmax

__all__ = ["character_probabilities", "draw", "stream_text"]

_CHUNK = 1000  # characters of a start text that run through the network at once


def character_probabilities(
    logits: Array, temperature: float = 1.0, top_k: int | None = None, top_p: float = 1.0
) -> Array:
    """Return the probabilities that the next character is drawn with.

    Parameters
    ----------
    logits : array
        Of any float type; they are computed with in float64.
    temperature : float, default 1.0
        Divides the logits. Below 1 likely characters become likelier, above 1 less likely; 0 leaves
        only the likeliest (of equals, the first).
    top_k : int, optional
        Keep only the k likeliest characters (of equals, the first); all by default.
    top_p : float, default 1.0
        Keep only the fewest characters whose probabilities sum to at least p, taken from the
        likeliest down (nucleus sampling). Sums are taken over what `top_k` keeps. 1 keeps all.

    Returns
    -------
    array
        The probabilities in float64; each row sums to 1.

    Raises
    ------
    FloatingPointError
        If the logits are not numbers, as those of a network whose training diverged.

    Shapes
    ------
    - logits: (N, characters)
    - probabilities: (N, characters)

    References
    ----------
    .. [1] A. Holtzman, J. Buys, L. Du, M. Forbes and Y. Choi, "The curious case of neural text
       degeneration", ICLR 2020, section 3.1.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.sample import character_probabilities
    >>> logits = np.log([[0.5, 0.3, 0.2]])
    >>> character_probabilities(logits).round(3)
    array([[0.5, 0.3, 0.2]])
    >>> character_probabilities(logits, temperature=0.5).round(3)
    array([[0.658, 0.237, 0.105]])
    >>> character_probabilities(logits, top_k=2).round(3)
    array([[0.625, 0.375, 0.   ]])
    """
    logits = logits.astype(np.float64)
    largest = logits.max(axis=-1, keepdims=True)
    if not np.isfinite(largest).all():
        raise FloatingPointError("the network's output is not a number")
    if temperature == 0:
        first = logits.argmax(axis=-1)[:, None]
        likeliest: Array = (np.arange(logits.shape[1]) == first).astype(np.float64)
        return likeliest
    with np.errstate(over="ignore"):  # a tiny temperature makes -inf, whose probability is 0
        probabilities = softmax((logits - largest) / temperature)
    if top_k is None and top_p == 1:
        return probabilities

    order = np.argsort(-logits, axis=-1, kind="stable")
    ranked = np.take_along_axis(probabilities, order, axis=-1)
    if top_k is not None:
        ranked[:, top_k:] = 0
    if top_p < 1:
        cumulative = ranked.cumsum(axis=-1)
        # A character is kept if the likelier ones sum to less than p.
        ranked[:, 1:][cumulative[:, :-1] >= top_p * cumulative[:, -1:]] = 0
    ranked /= ranked.sum(axis=-1, keepdims=True)
    np.put_along_axis(probabilities, order, ranked, axis=-1)
    return probabilities


def draw(probabilities: Array, uniforms: Array) -> Array:
    """Return one id for each row of probabilities, given random numbers.

    Parameters
    ----------
    probabilities : array
        Rows that sum to 1.
    uniforms : array
        A random number from [0, 1) for each row, at which its cumulative distribution is inverted.

    Returns
    -------
    array of int
        The ids. An id of probability 0 is never drawn.

    Shapes
    ------
    - probabilities: (N, characters)
    - uniforms: (N,)
    - ids: (N,)

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.sample import draw
    >>> probabilities = np.array([[0.5, 0.3, 0.2]] * 3)
    >>> draw(probabilities, np.array([0.49, 0.51, 0.99]))
    array([0, 1, 2])
    """
    cumulative = probabilities.cumsum(axis=-1)
    below = cumulative <= (uniforms * cumulative[:, -1])[:, None]
    return np.asarray(below.sum(axis=-1))


def stream_text(
    network: CharacterNetwork,
    generator: np.random.Generator,
    *,
    start: str = "",
    length: int = 1000,
    temperature: float = 1.0,
    top_k: int | None = None,
    top_p: float = 1.0,
    count: int = 1,
    clamped: Mapping[tuple[int, int], float] | None = None,
) -> Iterator[str]:
    """Draw texts from a network, side by side, and yield their characters as they are drawn.

    Parameters
    ----------
    network : CharacterNetwork
        An initialized network. Its carried state is left as it is.
    generator : numpy.random.Generator
        The source of randomness; each text gets a generator spawned from it.
    start : str, default ""
        What comes before the texts. The network reads all of it, from a zero state, and it is not
        yielded. An empty one stands for a newline, or for the vocabulary's first character where
        there is none.
    length : int, default 1000
        Number of characters to draw for each text.
    temperature : float, default 1.0
        See `character_probabilities`.
    top_k : int, optional
        See `character_probabilities`.
    top_p : float, default 1.0
        See `character_probabilities`.
    count : int, default 1
        N, the number of texts.
    clamped : mapping of (int, int) to float, optional
        Hidden states to clamp to a value from -1 to 1, at every step from the first character of
        `start` on, by (layer, unit): layers count from 1, units from 0.

    Returns
    -------
    iterator of str
        Yields `length` strings of N characters: the next one of each text.

    Raises
    ------
    ValueError
        If an option is out of range, or the network lacks a unit to clamp (at once, before any
        character is asked for).
    VocabularyError
        If `start` holds a character that the network does not know (at once).
    FloatingPointError
        If the network's output is not a number.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.models import CharacterLSTM, Vocabulary
    >>> from glassnet.sample import stream_text
    >>> network = CharacterLSTM(Vocabulary(" ab"), units=8).initialize(np.random.default_rng(0))
    >>> network.dense.b[...] = [-9, 0, 9]  # it always writes b
    >>> "".join(stream_text(network, np.random.default_rng(1), start="ab", length=5))
    'bbbbb'
    >>> list(stream_text(network, np.random.default_rng(1), length=3, count=2))
    ['bb', 'bb', 'bb']
    """
    _check_options(length, temperature, top_k, top_p, count)
    clamped = clamped or {}
    _check_clamped(network, clamped)
    vocabulary = network.vocabulary
    if not start:
        start = "\n" if "\n" in vocabulary.characters else vocabulary.characters[0]
    ids = vocabulary.encode(start)

    def characters() -> Iterator[str]:
        generators = generator.spawn(count)
        cell = network.cell(rows=count)
        if clamped or network.context is not None:  # a state that can't be had from `forward`
            _clamp(cell, clamped, count)
            for index in ids[:-1][-(network.context or len(ids)) :]:
                cell.step(np.full(count, index))
        else:
            cell.start(_state_after(network, ids[:-1]))
        last = np.repeat(ids[-1:], count)
        for _ in range(length):
            logits = cell.step(last)
            probabilities = character_probabilities(logits, temperature, top_k, top_p)
            last = draw(probabilities, np.array([one.random() for one in generators]))
            yield vocabulary.decode(last)

    return characters()


def _check_options(
    length: int, temperature: float, top_k: int | None, top_p: float, count: int
) -> None:
    """Raise a ValueError that names the first option that is out of range."""
    if length < 0:
        raise ValueError(f"length must be at least 0, not {length}")
    if not 0 <= temperature < math.inf:
        raise ValueError(f"temperature must be a finite number of at least 0, not {temperature}")
    if top_k is not None and top_k < 1:
        raise ValueError(f"top_k must be at least 1, not {top_k}")
    if not 0 < top_p <= 1:
        raise ValueError(f"top_p must be above 0 and at most 1, not {top_p}")
    if count < 1:
        raise ValueError(f"count must be at least 1, not {count}")


def _check_clamped(network: CharacterNetwork, clamped: Mapping[tuple[int, int], float]) -> None:
    for (layer, unit), value in clamped.items():
        check_neuron(layer, unit, network.hidden_sizes)
        if not -1 <= value <= 1:
            raise ValueError(f"a hidden state must be a value from -1 to 1, not {value}")


def _clamp(cell: CharacterCell, clamped: Mapping[tuple[int, int], float], count: int) -> None:
    """Clamp units in all rows."""
    for number in {layer for layer, _ in clamped}:
        units = [unit for layer, unit in clamped if layer == number]
        values = [clamped[number, unit] for unit in units]
        cell.clamp(
            number,
            np.tile(units, count),
            np.tile(values, count),
            np.repeat(np.arange(count), len(units)),
        )


def _state_after(network: CharacterNetwork, ids: Array) -> dict[str, Array]:
    """Return the state that a text's ids (T,) lead to from zeros; empty if there are none."""
    kept = network.state
    network.reset_state()
    try:
        for first in range(0, len(ids), _CHUNK):
            network.forward(ids[first : first + _CHUNK, None])
            network.carry()
        return network.state
    finally:
        network.state = kept
