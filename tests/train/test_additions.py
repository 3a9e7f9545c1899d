"""A new network takes its class, a line in the list of kinds, and a recipe."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
import pytest

from glassnet.models import CharacterNetwork, ImageAutoencoder, Vocabulary, load_network, register
from glassnet.nn import Array, Dense, Embedding, Flatten, Reshape, Sequential
from glassnet.options import whole_number
from glassnet.sample.command.main import main as sample
from glassnet.train.command.main import main
from glassnet.train.experiments import CharacterExperiment, CharacterOptions, ImageExperiment
from glassnet.train.experiments.images import CodeOptions
from glassnet.train.experiments.recipe import Recipe
from glassnet.train.options import option
from glassnet.train.recipes import RECIPES
from glassnet.visualize.command.main import main as visualize


class Bigrams(CharacterNetwork):
    """Predicts a character from the one before it."""

    kind = "bigrams"

    def __init__(self, vocabulary: Vocabulary, units: int) -> None:
        super().__init__(vocabulary)
        self.units = units
        self.embedding = self.add("embedding", Embedding(len(vocabulary), units))
        self.dense = self.add("dense", Dense(units, len(vocabulary)))

    @property
    def configuration(self) -> Mapping[str, object]:
        return {"vocabulary": self.vocabulary.characters, "units": self.units}

    @classmethod
    def from_configuration(cls, configuration: Mapping[str, object]) -> Self:
        return cls(Vocabulary(str(configuration["vocabulary"])), int(str(configuration["units"])))

    @property
    def hidden_sizes(self) -> list[int]:
        return []  # no layer is recurrent

    def cell(self, rows: int = 1) -> "BigramsCell":
        return BigramsCell(self)


class BigramsCell:
    def __init__(self, network: Bigrams) -> None:
        self._network = network

    def start(self, state: Mapping[str, Array]) -> None:
        pass

    def clamp(self, layer: int, units: Array, values: Array, rows: Array) -> None:
        raise NotImplementedError

    def step(self, ids: Array) -> Array:
        return self._network.forward(ids[None])[0]


class LinearAutoencoder(ImageAutoencoder):
    kind = "linear-autoencoder"

    def __init__(self, code: int = 3) -> None:
        super().__init__(
            Sequential(Flatten(), Dense(784, code)),
            Sequential(Dense(code, 784), Reshape((28, 28))),
        )


@dataclass(frozen=True, kw_only=True)
class BigramOptions(CharacterOptions):
    units: int = option(8, whole_number(1), "units", "N", "network", structural=True)


@pytest.fixture
def additions(monkeypatch: pytest.MonkeyPatch) -> None:
    for network in (Bigrams, LinearAutoencoder):
        register(network)
    options = BigramOptions(units=6, chunks=4, k1=10, k2=10, epochs=3, learning_rate=0.05)
    recipes = (
        Recipe("bigrams", "pairs of characters", Bigrams, CharacterExperiment, options),
        Recipe(
            "linear-autoencoder",
            "784-3-784, without any ReLU",
            LinearAutoencoder,
            ImageExperiment,
            CodeOptions(code=3, batch=20, epochs=3),
        ),
    )
    for recipe in recipes:
        monkeypatch.setitem(RECIPES, recipe.name, recipe)


@pytest.mark.usefixtures("additions")
def test_a_character_network_is_trained_evaluated_and_writes(
    corpus: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(corpus.parent)
    assert main(["bigrams", "--data", str(corpus), "--workers", "1", "--steps", "60"]) == 0
    assert main(["--resume", "saves/bigrams/last.npz"]) == 0
    network, checkpoint = load_network("saves/bigrams/best.npz")
    assert isinstance(network, Bigrams)
    losses = [epoch["validation_loss"] for epoch in checkpoint.history]
    assert losses[-1] < 0.9 * np.log(len(network.vocabulary))
    capsys.readouterr()
    assert main(["--evaluate", "saves/bigrams/best.npz"]) == 0
    assert f"loss {losses[-1]:.4f} nats a character" in capsys.readouterr().out
    assert sample(["saves/bigrams/best.npz", "--length", "30", "--start", "to"]) == 0
    assert len(capsys.readouterr().out.rstrip("\n")) >= 30


@pytest.mark.usefixtures("additions")
def test_an_image_autoencoder_is_trained_evaluated_drawn_and_shown(
    run: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("linear-autoencoder", "--code", "2") == 0
    network, checkpoint = load_network("saves/linear-autoencoder/last.npz")
    assert isinstance(network, LinearAutoencoder)
    assert network.configuration == {"code": 2}
    losses = [epoch["validation_loss"] for epoch in checkpoint.history]
    assert losses[2] < losses[0]
    capsys.readouterr()
    assert main(["--evaluate", "saves/linear-autoencoder/last.npz"]) == 0
    assert f"loss {losses[-1]:.4f} nats a pixel" in capsys.readouterr().out
    path = "saves/linear-autoencoder/last.npz"
    assert sample([path, "--morph", "3,8", "--out", "morph.png"]) == 0
    assert Path("morph.png").exists()
    assert visualize([path, "--out", "figures"]) == 0
    assert list(Path("figures").glob("*.png"))
