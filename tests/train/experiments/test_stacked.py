"""Training the stacked autoencoder in stages: fresh starts, the best epoch, exact resume."""

import re
from collections.abc import Callable

import numpy as np
import pytest

from glassnet.models import load_checkpoint
from glassnet.train.command.main import main
from tests.train.same_run import assert_same_run

STACKED = ("stacked-autoencoder", "--pretraining", "2", "--epochs", "6", "--batch", "16")


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
