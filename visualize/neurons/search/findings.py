"""What a search returns: how well a neuron follows a hypothesis, and the verdict on it."""

from __future__ import annotations

from dataclasses import dataclass

_ABOVE = "more than chance, the letter and an untrained network give"

VERDICTS = {
    "chance level": "an unrelated neuron could reach this score",
    "letter detector": "the current character alone predicts as much",
    "as untrained": "a network with random weights has neurons that score as much",
    "weak": f"{_ABOVE}; AUC below 0.75 or |r| below 0.5",
    "clear": f"{_ABOVE}; AUC from 0.75 to 0.9 or |r| from 0.5 to 0.8",
    "strong": f"{_ABOVE}; AUC from 0.9 or |r| from 0.8",
}
"""What each verdict means. For an AUC below 0.5, read 1 - AUC."""


@dataclass(frozen=True)
class Finding:
    """How well one neuron follows one hypothesis.

    Parameters
    ----------
    hypothesis : str
        The name of the hypothesis.
    description : str
        Its description.
    measure : {"AUC", "r"}
        AUC for a yes-or-no hypothesis, Pearson's correlation r for a quantity.
    layer : int
        The layer of the neuron, counted from 1.
    neuron : int
        The unit of the layer, counted from 0.
    state : str
        One of `STATES`.
    score : float
        The measure on the second half of the text, which had no part in the choice of the neuron.
        If the neuron falls where the hypothesis rises, the AUC is below 0.5 and r negative.
    chosen : float
        The measure on the first half of the text, by which the neuron was chosen.
    baseline : float
        The measure, on the second half, of the best prediction from the current character alone.
    verdict : str
        One of the keys of `VERDICTS`: "chance level", "letter detector", "as untrained",
        "weak", "clear" or "strong".

    Examples
    --------
    >>> from glassnet.visualize import Finding
    >>> finding = Finding(
    ...     hypothesis="inside-quotes",
    ...     description="the character is inside quotation marks, or is one",
    ...     measure="AUC",
    ...     layer=2,
    ...     neuron=345,
    ...     state="hidden",
    ...     score=0.97,
    ...     chosen=0.98,
    ...     baseline=0.56,
    ...     verdict="strong",
    ... )
    >>> f"{finding.layer}:{finding.neuron} follows {finding.hypothesis}, AUC {finding.score}"
    '2:345 follows inside-quotes, AUC 0.97'
    """

    hypothesis: str
    description: str
    measure: str
    layer: int
    neuron: int
    state: str
    score: float
    chosen: float
    baseline: float
    verdict: str


def verdict(association: float, chance: float, baseline: float, untrained: float) -> str:
    """Return the verdict on an association from 0 to 1, given the three limits to exceed."""
    if association <= chance:
        return "chance level"
    if association <= baseline:
        return "letter detector"
    if association <= untrained:
        return "as untrained"
    if association < 0.5:
        return "weak"
    return "clear" if association < 0.8 else "strong"
