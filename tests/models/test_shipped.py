"""The trained networks that come with glassnet: each can be read, and says how it was made."""

from pathlib import Path

import numpy as np
import pytest

from glassnet.models import SHIPPED, load_network
from glassnet.train.recipes import RECIPES

FILES = sorted(path for path in SHIPPED.glob("*.npz") if path.name != "digits.npz")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_file_says_how_it_was_made_and_what_it_reached(path: Path) -> None:
    network, checkpoint = load_network(path)
    recipe = RECIPES[checkpoint.recipe]
    assert type(network) is recipe.network
    assert set(checkpoint.options) <= set(recipe.options.header())
    losses = [entry["validation_loss"] for entry in checkpoint.history]
    # The best epoch is the last; of a stacked autoencoder, among those of the classifier.
    comparable = losses[2 * int(checkpoint.options.get("pretraining", 0)) :]
    assert comparable[-1] == min(comparable)
    assert not checkpoint.training
    assert np.isfinite(network.theta).all()


def test_every_recipe_has_a_network_and_together_they_are_small() -> None:
    larger = {"shakespeare-regularized", "shakespeare-plays", "shakespeare-transformer"}
    made = {"shakespeare", *RECIPES} - larger
    assert {path.stem for path in FILES} == made
    assert sum(path.stat().st_size for path in SHIPPED.glob("*")) < 40e6
