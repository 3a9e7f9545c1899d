"""The recipes: which network, on which data, trained how. `--NAME` overrides any value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Recipe:
    """A network and its training.

    Attributes
    ----------
    description : one line for `--list`.
    network : its kind, a key of `models.checkpoint.NETWORKS`.
    options : defaults of its options, by name; these are the options that the recipe has.
    """

    description: str
    network: str
    options: dict[str, Any]


RECIPES = {
    "shakespeare": Recipe(
        "two-layer, 512-unit character LSTM that writes Shakespeare",
        network="character-lstm",
        options={
            # data
            "data": "tinyshakespeare",
            "validation": 0.1,
            "chunks": 25,
            "k1": 100,
            "k2": 100,
            # network
            "layers": 2,
            "units": 512,
            "dropout": 0.0,
            # training
            "epochs": 7,
            "optimizer": "rmsprop",
            "learning-rate": 1e-3,
            "rho": 0.95,
            "schedule": "constant",
            "clip": 0.0,
            "patience": 0,
            "seed": 1,
            "dtype": "float32",
            "workers": 0,
        },
    ),
}
DEFAULT_RECIPE = "shakespeare"
