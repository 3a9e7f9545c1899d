import numpy as np
import pytest

from glassnet.nn import LSTM, Array, Dense, RMSprop, Sequential, softmax_cross_entropy
from glassnet.nn.plain import train_by_truncated_bptt


@pytest.mark.parametrize("steps", [24, 26])  # whole pieces; a shorter one at the end
def test_equals_training_with_the_fast_layers(steps: int, generator: np.random.Generator) -> None:
    ids = generator.integers(0, 4, (steps + 1, 3))
    network = Sequential(LSTM(4, 5), Dense(5, 4)).initialize(generator, np.float64)
    names = {"lstm1.Wx": "Wx", "lstm1.Wh": "Wh", "lstm1.b": "b", "dense1.W": "W"}
    names["dense1.b"] = "bias"
    plain = {names[name]: value.copy() for name, value in network.parameters.items()}
    losses = train_by_truncated_bptt(ids, plain, length=6, learning_rate=0.01)

    optimizer, expected = RMSprop(0.01), []
    for start in range(0, steps, 6):
        targets = ids[start + 1 : start + 7]
        logits = network.forward(ids[start : start + len(targets)], train=True)
        loss, dlogits = softmax_cross_entropy(logits, targets)
        network.zero_grad()
        network.backward(dlogits)
        optimizer.step(network.theta, network.grad)
        network.carry()
        expected.append(loss)
    np.testing.assert_allclose(losses, expected, rtol=1e-9)
    for name, value in network.parameters.items():
        np.testing.assert_allclose(plain[names[name]], value, rtol=1e-7, err_msg=name)


def small() -> dict[str, Array]:
    draw = np.random.default_rng(0).normal
    sizes = {"Wx": (2, 4), "Wh": (1, 4), "b": (4,), "W": (1, 2), "bias": (2,)}
    return {name: draw(0, 0.5, shape) for name, shape in sizes.items()}


def test_a_last_piece_may_have_one_step() -> None:
    ids = np.array([[0], [1], [1], [0], [1]])
    assert len(train_by_truncated_bptt(ids, small(), length=3)) == 2
    assert len(train_by_truncated_bptt(ids, small(), length=4)) == 1


def test_the_learning_rate_is_a_thousandth_by_default() -> None:
    given, default = small(), small()
    ids = np.array([[0], [1], [1]])
    train_by_truncated_bptt(ids, given, 2, 0.001)
    train_by_truncated_bptt(ids, default, 2)
    for name, value in given.items():
        np.testing.assert_array_equal(default[name], value)
