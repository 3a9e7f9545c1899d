"""`fit` is the loop of the recipes: the same updates, early stops and averages."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from glassnet.models import load, save
from glassnet.nn import (
    LSTM,
    SGD,
    Adam,
    Dense,
    Dropout,
    Embedding,
    Layer,
    ReLU,
    Sequential,
    softmax_cross_entropy,
)
from glassnet.train import DivergedError, History, fit
from tests.train.fitting.calls.small import ROWS, data, fitted, network

# -- the updates ------------------------------------------------------------------------------


def test_the_updates_are_those_of_a_loop_by_hand() -> None:
    net, history = fitted(optimizer="adam", validation=data(9, seed=6), clip=0.5, seed=3)
    weights, training = np.random.default_rng(3).spawn(2)
    plain = network().initialize(weights)
    plain.set_generator(training)
    (x, targets), optimizer = data(), Adam(learning_rate=0.02)
    for epoch in range(4):
        order, losses = training.permutation(ROWS), []
        for start in range(0, ROWS, 5):
            rows = order[start : start + 5]
            plain.zero_grad()
            value, dy = softmax_cross_entropy(plain.forward(x[rows], train=True), targets[rows])
            plain.backward(dy)
            losses.append(value + plain.total_auxiliary_loss())
            norm = np.linalg.norm(plain.grad)
            plain.grad *= min(1, 0.5 / norm)
            optimizer.step(plain.theta, plain.grad)
        assert history["training_loss"][epoch] == pytest.approx(np.mean(losses), rel=1e-6)
    np.testing.assert_allclose(net.theta, plain.theta, rtol=1e-5, atol=1e-7)
    x, targets = data(9, seed=6)
    expected = 0.0
    for rows in (slice(5), slice(5, 9)):  # batch by batch, as the penalty is a sum
        value, _ = softmax_cross_entropy(plain.forward(x[rows]), targets[rows])
        expected += (value + plain.total_auxiliary_loss()) * len(x[rows]) / 9
    assert history["validation_loss"][-1] == pytest.approx(expected, rel=1e-5)


def test_a_network_that_is_initialized_is_trained_on() -> None:
    net = network().initialize(np.random.default_rng(9), np.float64)
    before = net.theta.copy()
    fitted(net, epochs=1, learning_rate=1e-9)
    assert net.theta.dtype == np.float64
    np.testing.assert_allclose(net.theta, before, atol=1e-6)
    _, history = fitted(net, epochs=8)
    assert history["training_loss"][-1] < history["training_loss"][0]


def test_an_optimizer_of_ones_own_is_not_changed() -> None:
    optimizer = SGD(learning_rate=0.1, momentum=0.5)
    options: dict[str, Any] = {"epochs": 3, "batch": 5, "progress": False}
    first, again, named = network(), network(), network()
    fit(first, softmax_cross_entropy, data(), optimizer=optimizer, **options)
    assert optimizer.steps == 0
    fit(again, softmax_cross_entropy, data(), optimizer=optimizer, **options)
    np.testing.assert_array_equal(first.theta, again.theta)
    fit(named, softmax_cross_entropy, data(), optimizer="sgd", learning_rate=0.1, **options)
    assert not np.array_equal(first.theta, named.theta)  # its momentum is 0.9


def test_the_default_learning_rate_is_that_of_the_optimizer() -> None:
    one, other = network(), network()
    options: dict[str, Any] = {"epochs": 2, "progress": False}
    fit(one, softmax_cross_entropy, data(), optimizer="sgd", **options)
    fit(other, softmax_cross_entropy, data(), optimizer="sgd", learning_rate=0.01, **options)
    np.testing.assert_array_equal(one.theta, other.theta)


def test_the_seed_decides_weights_and_order() -> None:
    thetas = [fitted(seed=seed)[0].theta for seed in (1, 1, 2)]
    np.testing.assert_array_equal(thetas[0], thetas[1])
    assert not np.array_equal(thetas[0], thetas[2])


def test_batches_of_ones_own_come_in_their_order() -> None:
    x, targets = data(20)
    batches = [(x[start : start + 5], targets[start : start + 5]) for start in range(0, 20, 5)]
    net, history = fitted(data=batches, validation=batches[:2], metrics=["accuracy"])
    plain = network().initialize(np.random.default_rng(1).spawn(2)[0])
    plain.set_generator(np.random.default_rng(1).spawn(2)[1])
    optimizer = Adam(learning_rate=0.02)
    for _ in range(4):
        for inputs, answers in batches:
            plain.zero_grad()
            plain.backward(softmax_cross_entropy(plain.forward(inputs, train=True), answers)[1])
            optimizer.step(plain.theta, plain.grad)
    np.testing.assert_allclose(net.theta, plain.theta, rtol=1e-5, atol=1e-7)
    assert history.columns == [
        "epoch",
        "training_loss",
        "validation_loss",
        "validation_accuracy",
        "seconds",
    ]


def test_sequences_lie_along_the_second_axis() -> None:
    ids = np.random.default_rng(2).integers(0, 5, (6, 12))  # (T, N)

    def build() -> Sequential:
        return Sequential(Embedding(5, 4), LSTM(4, 6), Dense(6, 5))

    options: dict[str, Any] = {"epochs": 2, "learning_rate": 0.01, "progress": False}
    net, plain = build(), build()
    history = fit(
        net,
        softmax_cross_entropy,
        (ids, ids),
        batch=12,
        batch_axis=1,
        validation=0.25,
        metrics=["accuracy"],
        **options,
    )
    plain.initialize(np.random.default_rng(1).spawn(2)[0])
    optimizer = Adam(learning_rate=0.01)
    for _ in range(2):
        plain.zero_grad()
        value, dy = softmax_cross_entropy(plain.forward(ids[:, :9]), ids[:, :9])
        plain.backward(dy)
        optimizer.step(plain.theta, plain.grad)
    assert history["training_loss"][-1] == pytest.approx(value, rel=1e-5)
    np.testing.assert_allclose(net.theta, plain.theta, rtol=1e-4, atol=1e-6)
    expected = softmax_cross_entropy(plain(ids[:, 9:]), ids[:, 9:])[0]
    assert history["validation_loss"][-1] == pytest.approx(expected, rel=1e-5)


# -- what is given back -----------------------------------------------------------------------


def test_the_network_is_given_back_as_it_was() -> None:
    net = Sequential(Embedding(5, 4), LSTM(4, 6), Dropout(0.5, 1), Dense(6, 5))
    net.initialize(np.random.default_rng(1))
    state = {"lstm1.h": np.ones((1, 6), np.float32), "lstm1.c": np.zeros((1, 6), np.float32)}
    net.state = state
    shard = net.batch_shard
    ids = np.zeros((3, 2), np.int64)
    fit(net, softmax_cross_entropy, (ids, ids), batch_axis=1, epochs=1, progress=False)
    assert net.state.keys() == state.keys()
    np.testing.assert_array_equal(net.state["lstm1.h"], state["lstm1.h"])
    assert all(layer.requires_input_gradient for _, layer in net.walk())
    assert net.batch_shard is shard
    assert net.layers["lstm1"].tiled  # type: ignore[attr-defined]


def test_a_loaded_network_gets_a_generator(tmp_path: Path) -> None:
    net, _ = fitted()
    save(net, tmp_path / "n.npz")
    again = load(tmp_path / "n.npz")
    fitted(again, epochs=1)
    again.forward(data()[0], train=True)  # dropout has its randomness


def test_a_failure_gives_the_network_back_too() -> None:
    net = network().initialize(np.random.default_rng(1))
    with pytest.raises(DivergedError, match=r"try a lower learning_rate than 1e\+30, or clip=1$"):
        fitted(net, optimizer="sgd", learning_rate=1e30)
    assert all(layer.requires_input_gradient for _, layer in net.walk())


# -- best weights, early stops, averages ------------------------------------------------------


def losses_of(net: Layer) -> float:
    x, targets = data(50, seed=8)
    return softmax_cross_entropy(net(x), targets)[0]


def overfitting(**options: Any) -> tuple[Layer, History]:
    x, targets = data(50, seed=8)
    net = Sequential(Dense(4, 64), ReLU(), Dense(64, 2))
    wrong = (data()[0], np.random.default_rng(1).integers(0, 2, ROWS))
    return fitted(net, data=wrong, validation=(x, targets), epochs=12, **options)


def test_the_best_weights_are_restored() -> None:
    last, history = overfitting()
    best, same = overfitting(restore_best=True)
    assert history["validation_loss"] == same["validation_loss"]
    assert losses_of(last) == pytest.approx(history["validation_loss"][-1], rel=1e-5)
    assert losses_of(best) == pytest.approx(min(history["validation_loss"]), rel=1e-5)
    assert losses_of(best) < losses_of(last)


def test_training_stops_early(capsys: pytest.CaptureFixture[str]) -> None:
    _, whole = overfitting()
    best = int(np.argmin(whole["validation_loss"]))
    _, history = overfitting(patience=2, progress=True)
    assert len(history) == best + 3
    assert history.finished
    error = capsys.readouterr().err
    assert f"stopped after epoch {best + 3}: no better validation loss for patience=2" in error


def test_averaged_weights_are_what_is_kept() -> None:
    def run(**options: Any) -> tuple[Layer, History]:
        plain = Sequential(Dense(4, 8), ReLU(), Dense(8, 2))
        return fitted(plain, validation=data(50, seed=8), **options)

    net, history = run(ema=0.9)
    assert losses_of(net) == pytest.approx(min(history["validation_loss"]), rel=1e-5)
    assert not np.array_equal(net.theta, run()[0].theta)


def test_the_callback_gets_each_epoch_and_may_stop() -> None:
    seen: list[dict[str, float]] = []
    net = network()

    def callback(epoch: dict[str, float]) -> bool:
        seen.append(epoch | {"loss now": losses_of(net)})
        return epoch["epoch"] == 3

    _, history = fitted(net, callback=callback, validation=data(50, seed=8))
    assert [epoch["epoch"] for epoch in seen] == [1, 2, 3]
    assert not history.finished
    assert [epoch["validation_loss"] for epoch in seen] == history["validation_loss"]
    penalties = [abs(epoch["loss now"] - epoch["validation_loss"]) for epoch in seen]
    assert max(penalties) < 0.02
