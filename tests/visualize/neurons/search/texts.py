"""Texts with brackets, and what a yes-or-no hypothesis says of a text, drawn."""

import numpy as np

from glassnet.nn import Array
from glassnet.visualize.neurons.search.hypotheses import Hypothesis

ALPHABET = "abcdefgh ()\n"


def drawn(text: str, values: np.ndarray) -> str:
    """The text with a dot for each character where a hypothesis does not hold."""
    assert values.dtype == bool
    assert len(values) == len(text)
    return "".join(c if true else "." for c, true in zip(text, values, strict=True))


def is_open(text: str) -> Array:
    """Whether a bracket is open after each character."""
    return np.cumsum([(c == "(") - (c == ")") for c in text]) > 0


OPEN = Hypothesis("open", "a bracket is open", is_open)


def opens(text: str) -> Array:
    return np.array([character == "(" for character in text])


def bracketed_text(generator: np.random.Generator, length: int = 6000) -> str:
    """Random letters in lines, with brackets that open and close but do not nest."""
    text, depth = [], 0
    for number in generator.random(length):
        if number < 0.05:
            text.append(")" if depth else "(")
            depth = 1 - depth
        elif number < 0.1:
            text.append("\n")
        else:
            text.append(ALPHABET[int(number * 1e6) % 9])
    return "".join(text)
