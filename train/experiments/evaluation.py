"""The result of evaluating a network."""

from __future__ import annotations

import math
from dataclasses import dataclass

__all__ = ["Evaluation"]


@dataclass(frozen=True)
class Evaluation:
    """The loss of a network on some data, and its accuracy.

    Attributes
    ----------
    loss : float
        The mean loss in nats.
    per : str
        What the mean is over: "a character", "a pixel" or "an image".
    accuracy : float, optional
        The fraction that is right, where something can be.

    Examples
    --------
    >>> from glassnet.train.experiments import Evaluation
    >>> print(Evaluation(loss=1.5, per="a character", accuracy=0.55))
    loss 1.5000 nats a character, 2.1640 bits a character, accuracy 55.00%
    """

    loss: float
    per: str
    accuracy: float | None = None

    def __str__(self) -> str:
        parts = [f"loss {self.loss:.4f} nats {self.per}"]
        if self.per == "a character":
            parts.append(f"{self.loss / math.log(2):.4f} bits {self.per}")
        if self.accuracy is not None:
            parts.append(f"accuracy {self.accuracy:.2%}")
        return ", ".join(parts)
