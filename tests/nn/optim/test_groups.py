import itertools

import numpy as np
import pytest

from glassnet.nn import (
    OPTIMIZERS,
    SGD,
    Adam,
    Array,
    Dense,
    ParameterGroup,
    Sequential,
    Tanh,
    clip_by_global_norm,
    parameter_groups,
)
from glassnet.nn.optim.base import BLOCK
from tests.nn.optim.cases import every_optimizer, gradient_of


def network() -> Sequential:
    """Parameters at 0:12 (W), 12:16 (b), 16:24 (W), 24:26 (b)."""
    layers = Sequential(Dense(3, 4), Tanh(), Dense(4, 2))
    return layers.initialize(np.random.default_rng(0), np.float64)


def test_neighbours_with_one_factor_are_one_group() -> None:
    layers = network()
    assert parameter_groups(layers) == [(0, 26, 1.0)]
    assert parameter_groups(layers, {"dense2.*": 0.5}) == [(0, 16, 1.0), (16, 26, 0.5)]
    assert parameter_groups(layers, {"*": 2, "*.b": 1}) == [
        *((0, 12, 2.0), (12, 16, 1.0), (16, 24, 2.0), (24, 26, 1.0))
    ]
    layers.freeze("dense1.b")
    assert parameter_groups(layers) == [(0, 12, 1.0), (16, 26, 1.0)]
    layers.freeze()
    assert parameter_groups(layers) == []


@pytest.mark.parametrize("cuts", [[0, 26], [0, 5, 14, 26], [0, 0, 12, 26], [0, 16, 16, 26]])
def test_groups_of_workers_are_parts_of_the_groups_of_all(cuts: list[int]) -> None:
    layers = network()
    layers.freeze("dense1.b")
    factors, found = {"dense2.W": 0.5}, np.zeros(26)
    for start, stop in itertools.pairwise(cuts):
        for group in parameter_groups(layers, factors, slice(start, stop)):
            assert 0 <= group.start < group.stop <= stop - start
            found[start:stop][group.start : group.stop] += group.factor
    np.testing.assert_array_equal(found, np.repeat([1, 0, 0.5, 1], [12, 4, 8, 2]))


@pytest.mark.parametrize("factor", [0.0, -1.0, np.nan])
def test_factors_are_above_zero(factor: float) -> None:
    with pytest.raises(ValueError, match=r"^the learning rate's factor of dense1.W must be"):
        parameter_groups(network(), {"dense1.W": factor})
    with pytest.raises(ValueError, match=r"no parameter has a name like 'dense3.W'"):
        parameter_groups(network(), {"dense3.W": 1.0})


def trained(name: str, theta: Array, groups: list[ParameterGroup] | None, rate: float) -> Array:
    optimizer = OPTIMIZERS[name](learning_rate=rate, weight_decay=0.1)
    optimizer.groups = groups
    for step in range(5):
        optimizer.learning_rate = rate / (step + 1)  # a schedule
        optimizer.step(theta, gradient_of(np.linspace(-1, 1, theta.size), step))
        assert optimizer.learning_rate == rate / (step + 1)
    return theta


@every_optimizer
def test_each_group_has_its_rate_and_the_rest_stays(name: str) -> None:
    size, start = 2 * BLOCK + 30, np.linspace(-1, 1, 2 * BLOCK + 30)
    groups = [ParameterGroup(3, 10, 0.5), ParameterGroup(20, BLOCK + 40, 1.0)]
    groups.append(ParameterGroup(BLOCK + 40, size - 1, 3.0))
    found = trained(name, start.copy(), groups, 0.1)
    expected = start.copy()
    for group in groups:
        part = slice(group.start, group.stop)
        expected[part] = trained(name, start.copy(), None, 0.1 * group.factor)[part]
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-14)
    untouched = np.r_[0:3, 10:20, size - 1]
    np.testing.assert_array_equal(found[untouched], start[untouched])
    assert (found != start).sum() > size / 2


@every_optimizer
def test_frozen_parameters_stay_after_momentum_and_with_decay(name: str) -> None:
    layers = network()
    optimizer = OPTIMIZERS[name](learning_rate=0.1, weight_decay=0.1)
    for step in range(6):
        if step == 3:
            layers.freeze("dense1.*")
            optimizer.groups = parameter_groups(layers)
            before = layers.theta.copy()
            state = {key: vector.copy() for key, vector in optimizer.state.items()}
        layers.grad[...] = gradient_of(layers.theta, step)
        optimizer.step(layers.theta, layers.grad)
    np.testing.assert_array_equal(layers.theta[:16], before[:16])
    assert (layers.theta[16:] != before[16:]).sum() >= 8
    for key, vector in optimizer.state.items():
        np.testing.assert_array_equal(vector[:16], state[key][:16])


def test_the_norm_is_that_of_what_is_not_frozen() -> None:
    layers = network()
    layers.freeze("dense1.*")
    layers.forward(np.ones((2, 3)))
    layers.backward(np.ones((2, 2)))
    expected = np.linalg.norm(layers.grad[16:])
    assert clip_by_global_norm(layers.grad, 1e-3) == pytest.approx(expected)


def test_agrees_with_parameter_groups_of_pytorch() -> None:
    torch = pytest.importorskip("torch")
    layers, theirs = network(), []
    for name, values in layers.parameters.items():
        theirs.append(torch.tensor(values, requires_grad=True))
        if name == "dense1.W":
            theirs[-1].requires_grad = False
    layers.freeze("dense1.W")
    optimizer = Adam(0.1, weight_decay=0.3)
    optimizer.groups = parameter_groups(layers, {"dense2.*": 0.2})
    groups = [{"params": theirs[:2]}, {"params": theirs[2:], "lr": 0.1 * 0.2}]
    their_optimizer = torch.optim.AdamW(groups, lr=0.1, weight_decay=0.3)
    x, targets = np.random.default_rng(1).standard_normal((2, 50, 5, 3))
    for step in range(50):
        layers.zero_grad()
        layers.backward(2 * (layers.forward(x[step]) - targets[step, :, :2]))
        optimizer.step(layers.theta, layers.grad)
        their_optimizer.zero_grad()
        W1, b1, W2, b2 = theirs
        y = (torch.tensor(x[step]) @ W1 + b1).tanh() @ W2 + b2
        ((y - torch.tensor(targets[step, :, :2])) ** 2).sum().backward()
        their_optimizer.step()
    expected = np.concatenate([tensor.detach().numpy().ravel() for tensor in theirs])
    np.testing.assert_allclose(layers.theta, expected, rtol=1e-11, atol=1e-11)


@pytest.mark.parametrize("group", [(-1, 2), (0, 4), (2, 1)])
def test_groups_outside_theta_are_refused(group: tuple[int, int]) -> None:
    optimizer, theta = Adam(), np.ones(3)
    optimizer.groups = [ParameterGroup(*group, 1.0)]
    with pytest.raises(ValueError, match=r"is not inside theta of shape \(3,\)"):
        optimizer.step(theta, np.ones(3))
    np.testing.assert_array_equal(theta, np.ones(3))
    assert optimizer.steps == 0


def test_the_rate_survives_an_update_that_fails() -> None:
    class Failing(Adam):
        def _update(self, theta: Array, g: Array, *vectors: Array) -> None:
            raise KeyboardInterrupt

    optimizer = Failing(0.1)
    optimizer.groups = [ParameterGroup(0, 3, 0.5)]
    with pytest.raises(KeyboardInterrupt):
        optimizer.step(np.ones(3), np.ones(3))
    assert optimizer.learning_rate == 0.1


def test_a_group_may_have_no_parameters() -> None:
    optimizer, theta = SGD(0.1), np.ones(3)
    optimizer.groups = [ParameterGroup(3, 3, 1.0), ParameterGroup(0, 1, 1.0)]
    optimizer.step(theta, np.ones(3))
    np.testing.assert_allclose(theta, [0.9, 1, 1])
