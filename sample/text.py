"""Drawing text from a character LSTM, one character after the other.

    logits -> divided by the temperature -> softmax -> cut by top-k, then top-p -> one drawn

Every text has a random generator of its own, spawned from the one that is handed in, so the
first text is the same however many are drawn beside it (up to rounding in the network).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

import numpy as np

from glassnet.models import CharacterCell, CharacterNetwork
from glassnet.nn import Array, softmax

_CHUNK = 1000  # characters of a start text that run through the network at once


def check_options(
    *,
    length: int = 0,
    temperature: float = 1.0,
    top_k: int | None = None,
    top_p: float = 1.0,
    count: int = 1,
) -> None:
    """Raise a `ValueError` that names the first of `stream_text`'s options that is out of range."""
    if length < 0:
        raise ValueError(f"length must be at least 0, not {length}")
    if not 0 <= temperature < math.inf:
        raise ValueError(f"temperature must be a finite number from 0 up, not {temperature}")
    if top_k is not None and top_k < 1:
        raise ValueError(f"top-k must be at least 1, not {top_k}")
    if not 0 < top_p <= 1:
        raise ValueError(f"top-p must be above 0 and at most 1, not {top_p}")
    if count < 1:
        raise ValueError(f"count must be at least 1, not {count}")


def character_probabilities(
    logits: Array, temperature: float = 1.0, top_k: int | None = None, top_p: float = 1.0
) -> Array:
    """Return the probabilities that the next character is drawn with.

    Parameters
    ----------
    logits : (N, C) of any float type; they are computed with in float64.
    temperature : divides the logits. Below 1 likely characters become likelier, above 1 less
        likely; 0 leaves only the likeliest (of equals, the first).
    top_k : keep only the k likeliest characters (of equals, the first); None keeps all.
    top_p : keep only the fewest characters whose probabilities sum to at least p, taken from the
        likeliest down: the nucleus of Holtzman et al. 2020, section 3.1. Sums are taken over what
        `top_k` keeps. 1 keeps all.

    Returns
    -------
    (N, C) float64; each row sums to 1.

    Raises
    ------
    FloatingPointError : if the logits are not numbers, as those of a network whose training
        diverged.
    """
    logits = logits.astype(np.float64)
    largest = logits.max(axis=-1, keepdims=True)
    if not np.isfinite(largest).all():
        raise FloatingPointError("the network's output is not a number")
    if temperature == 0:
        first = logits.argmax(axis=-1)[:, None]
        return (np.arange(logits.shape[1]) == first).astype(np.float64)
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
        # A character stays as long as those before it do not make up p.
        ranked[:, 1:][cumulative[:, :-1] >= top_p * cumulative[:, -1:]] = 0
    ranked /= ranked.sum(axis=-1, keepdims=True)
    np.put_along_axis(probabilities, order, ranked, axis=-1)
    return probabilities


def draw(probabilities: Array, uniforms: Array) -> Array:
    """Return one id for each row of `probabilities` (N, C), given numbers (N,) from [0, 1).

    Each id comes from its row's cumulative distribution, inverted at the row's number; an id of
    probability 0 never does.
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
    held: Mapping[tuple[int, int], float] | None = None,
) -> Iterator[str]:
    """Draw texts from a network, side by side, and yield their characters as they are drawn.

    Parameters
    ----------
    network : an initialized network. Its carried state is left as it is.
    generator : the source of randomness; each text gets a generator spawned from it.
    start : what comes before the texts. The state runs through all of it, from zeros, and it is
        not yielded. An empty one stands for a newline, or for the vocabulary's first character
        where there is none.
    length : number of characters to draw for each text.
    temperature, top_k, top_p : see `character_probabilities`.
    count : N, the number of texts.
    held : hidden states to hold at a value from -1 to 1, at every step from the first character
        of `start` on, by (layer, unit): the layer counts from 1, the unit from 0; None for none.

    Yields
    ------
    `length` strings of N characters: the next character of each text.

    Raises
    ------
    ValueError : if an option is out of range, or the network lacks a unit to hold (at once, before
        any character is asked for).
    VocabularyError : if `start` holds a character that the network does not know (at once).
    FloatingPointError : if the network's output is not a number.
    """
    check_options(length=length, temperature=temperature, top_k=top_k, top_p=top_p, count=count)
    held = held or {}
    _check_held(network, held)
    vocabulary = network.vocabulary
    if not start:
        start = "\n" if "\n" in vocabulary.characters else vocabulary.characters[0]
    ids = vocabulary.encode(start)

    def characters() -> Iterator[str]:
        generators = generator.spawn(count)
        cell = network.cell(rows=count)
        if held:
            _hold(cell, held, count)
            for index in ids[:-1]:
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


def _check_held(network: CharacterNetwork, held: Mapping[tuple[int, int], float]) -> None:
    sizes = network.hidden_sizes
    for (layer, unit), value in held.items():
        if not 1 <= layer <= len(sizes):
            raise ValueError(
                f"there is no layer {layer}; layers are numbered from 1 to {len(sizes)}"
            )
        if not 0 <= unit < sizes[layer - 1]:
            raise ValueError(
                f"layer {layer} has no neuron {unit}; its neurons are numbered from 0 to "
                f"{sizes[layer - 1] - 1}"
            )
        if not -1 <= value <= 1:
            raise ValueError(f"a hidden state lies between -1 and 1, which {value} does not")


def _hold(cell: CharacterCell, held: Mapping[tuple[int, int], float], count: int) -> None:
    """Hold units in all rows."""
    for number in {layer for layer, _ in held}:
        units = [unit for layer, unit in held if layer == number]
        values = [held[number, unit] for unit in units]
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
