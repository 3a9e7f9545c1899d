from pathlib import Path

import numpy as np
import pytest

from glassnet.errors import UsageError
from glassnet.models import SHIPPED
from glassnet.nn import (
    LSTM,
    ActivityRegularization,
    Array,
    Dense,
    Dropout,
    Embedding,
    Layer,
    Sequential,
    mean_squared_error,
    softmax_cross_entropy,
)
from glassnet.train import DataMismatchError, evaluate, evaluate_checkpoint, predict


class Last(Layer):
    """The last time step."""

    def forward(self, x: Array, train: bool = False) -> Array:
        return x[-1]


def classifier() -> Sequential:
    network = Sequential(Dense(3, 5), Dropout(0.5), Dense(5, 4))
    return network.initialize(np.random.default_rng(1), np.float64)


def recurrent() -> Sequential:
    return Sequential(Embedding(6, 3), LSTM(3, 4)).initialize(np.random.default_rng(1))


X = np.random.default_rng(2).standard_normal((11, 3))
IDS = np.random.default_rng(3).integers(0, 6, (5, 7))  # (T, N)


@pytest.mark.parametrize("batch", [1, 4, 11, 100])
def test_predictions_do_not_depend_on_the_batch(batch: int) -> None:
    network = classifier()
    y = predict(network, X, batch=batch)
    np.testing.assert_allclose(y, network(X), rtol=1e-13)
    y[...] = 0  # an array of the caller's own


@pytest.mark.parametrize("batch", [1, 3, 7])
def test_sequences(batch: int) -> None:
    network = recurrent()
    expected = network(IDS)
    np.testing.assert_allclose(
        predict(network, IDS, batch=batch, batch_axis=1), expected, rtol=1e-5, atol=1e-7
    )
    network = Sequential(Embedding(6, 3), LSTM(3, 4), Last()).initialize(np.random.default_rng(1))
    last = predict(network, IDS, batch=batch, batch_axis=(1, 0))
    np.testing.assert_allclose(last, expected[-1], rtol=1e-5, atol=1e-7)
    if batch < 7:
        with pytest.raises(DataMismatchError, match=r"does not have [13] examples along axis 1"):
            predict(network, IDS, batch=batch, batch_axis=1)


def test_the_carried_state_and_the_randomness_are_kept() -> None:
    network = recurrent()
    expected = network(IDS)
    network.state = {"lstm1.h": np.ones((2, 4)), "lstm1.c": np.ones((2, 4))}
    shard = network.layers["lstm1"].batch_shard
    np.testing.assert_allclose(predict(network, IDS, batch_axis=1), expected, atol=1e-7)
    evaluate(network, mean_squared_error, (IDS, expected), batch_axis=1)
    assert network.state["lstm1.h"].shape == (2, 4)
    assert network.layers["lstm1"].batch_shard is shard
    with pytest.raises(DataMismatchError):
        predict(network, IDS + 10, batch_axis=1)
    assert network.state["lstm1.c"].min() == 1


@pytest.mark.parametrize("batch", [1, 4, 11])
def test_an_evaluation_is_the_mean_over_all_rows(batch: int) -> None:
    network, targets = classifier(), np.arange(11) % 4
    found = evaluate(
        network, softmax_cross_entropy, (X, targets), metrics=["accuracy"], batch=batch
    )
    logits = network(X)
    assert found["loss"] == pytest.approx(softmax_cross_entropy(logits, targets)[0], rel=1e-12)
    assert found["accuracy"] == pytest.approx(np.mean(logits.argmax(axis=1) == targets))
    batches = [(X[:2], targets[:2]), (X[2:], targets[2:])]
    again = evaluate(network, softmax_cross_entropy, batches, metrics=["accuracy"])
    assert again == pytest.approx(found)


def test_what_layers_add_is_in_the_loss() -> None:
    network = Sequential(Dense(3, 2), ActivityRegularization(0.5))
    network.initialize(np.random.default_rng(1), np.float64)
    y = network(X)
    found = evaluate(network, mean_squared_error, (X, y))
    assert found["loss"] == pytest.approx(0.5 * np.abs(y).sum())


def test_mistakes() -> None:
    network = classifier()
    with pytest.raises(DataMismatchError, match=r"^the network does not take inputs of shape"):
        predict(network, X[:, :2])
    with pytest.raises(DataMismatchError, match=r"^x of shape \(0, 3\) is empty"):
        predict(network, X[:0])
    with pytest.raises(UsageError, match=r"^batch must be a whole number from 1, not 0"):
        predict(network, X, batch=0)
    with pytest.raises(UsageError, match=r"^loss must be a function, such as glassnet\.nn\."):
        evaluate(network, None, (X, X))  # type: ignore[call-overload]


def test_a_path_is_evaluated_as_before(tmp_path: Path) -> None:
    text = tmp_path / "play.txt"
    text.write_text("KING HENRY:\nWhat say you, my lord?\n")
    path = SHIPPED / "shakespeare.npz"
    with pytest.warns(FutureWarning, match=r"^evaluate\(path\) is now evaluate_checkpoint\(path\)"):
        found = evaluate(path, str(text))
    assert found == evaluate_checkpoint(path, str(text))
