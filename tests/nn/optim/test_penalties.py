import itertools

import numpy as np
import pytest

from glassnet.nn import Dense, Sequential, Tanh, WeightPenalty
from tests.mutate import mutant


def network(dtype: type = np.float64) -> Sequential:
    layers = Sequential(Dense(3, 4), Tanh(), Dense(4, 2))
    layers.initialize(np.random.default_rng(0), dtype)
    layers.theta[...] = np.random.default_rng(1).standard_normal(26)
    layers.theta[[1, 17]] = 0
    return layers


L1, L2 = {"*.W": 0.3}, {"dense1.*": 0.1, "dense1.b": 0.7}


def expected(layers: Sequential) -> float:
    p, frozen = layers.parameters, layers.frozen
    parts = {
        "dense1.W": 0.3 * np.abs(p["dense1.W"]).sum() + 0.1 * (p["dense1.W"] ** 2).sum(),
        "dense1.b": 0.7 * (p["dense1.b"] ** 2).sum(),
        "dense2.W": 0.3 * np.abs(p["dense2.W"]).sum(),
    }
    return float(sum(part for name, part in parts.items() if name not in frozen))


@pytest.mark.parametrize("frozen", [(), ("dense1.W",), ("dense1.b", "dense2.W", "dense2.b")])
def test_value_and_gradient(frozen: tuple[str, ...]) -> None:
    layers, penalty = network(), WeightPenalty(L1, L2)
    layers.frozen = frozen
    layers.grad[...] = 5
    assert penalty.add(layers) == pytest.approx(expected(layers), rel=1e-12)
    gradient = layers.grad - 5
    for i in range(26):
        old = layers.theta[i]
        if old == 0:  # a kink, where the gradient of |θ| is 0
            assert gradient[i] == 0
            continue
        values = []
        for step in (1e-6, -1e-6):
            layers.theta[i] = old + step
            values.append(expected(layers))
        layers.theta[i] = old
        assert gradient[i] == pytest.approx((values[0] - values[1]) / 2e-6, abs=1e-8)


def test_agrees_with_pytorch() -> None:
    torch = pytest.importorskip("torch")
    layers = network()
    theirs = {
        name: torch.tensor(values, requires_grad=True) for name, values in layers.parameters.items()
    }
    value = 0.1 * (theirs["dense1.W"] ** 2).sum() + 0.7 * (theirs["dense1.b"] ** 2).sum()
    value = value + 0.3 * sum(theirs[name].abs().sum() for name in ("dense1.W", "dense2.W"))
    value.backward()
    assert WeightPenalty(L1, L2).add(layers) == pytest.approx(value.item(), rel=1e-12)
    for name, gradient in layers.gradients.items():
        tensor = theirs[name].grad
        wanted = np.zeros_like(gradient) if tensor is None else tensor.numpy()
        np.testing.assert_allclose(gradient, wanted, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("cuts", [[0, 13, 26], [0, 0, 5, 26], [0, 12, 16, 24, 26]])
def test_the_parts_of_workers_add_up(cuts: list[int]) -> None:
    whole, layers, penalty = network(), network(), WeightPenalty(L1, L2)
    layers.freeze("dense2.*")
    whole.freeze("dense2.*")
    value = penalty.add(whole)
    parts = [penalty.add(layers, slice(*pair)) for pair in itertools.pairwise(cuts)]
    assert sum(parts) == pytest.approx(value, rel=1e-12)
    np.testing.assert_array_equal(layers.grad, whole.grad)


def test_float32_stays_float32() -> None:
    layers = network(np.float32)
    value = WeightPenalty(L1, L2).add(layers)
    assert value == pytest.approx(expected(layers), rel=1e-6)
    assert layers.grad.dtype == np.float32


def test_none_is_none() -> None:
    layers = network()
    assert WeightPenalty().add(layers) == 0
    assert WeightPenalty({"*": 0.0}).add(layers) == 0
    assert not layers.grad.any()


def test_what_makes_no_sense_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^l2 of \*.W must be at least 0, not -0.1$"):
        WeightPenalty(l2={"*.W": -0.1})
    with pytest.raises(ValueError, match=r"^l1 of \* must be at least 0, not nan$"):
        WeightPenalty({"*": np.nan})
    with pytest.raises(ValueError, match="no parameter has a name like 'lstm'"):
        WeightPenalty({"lstm": 0.1}).add(network())


MUTANTS = {
    "without the two": ("gradient += 2 * strength * weights", "gradient += strength * weights"),
    "overwritten": ("gradient += 2 * strength", "gradient[...] = 2 * strength"),
    "no sign": ("np.sign(weights)", "np.abs(np.sign(weights))"),
    "the wrong way": ("gradient += strength", "gradient -= strength"),
    "not squared": ("np.square(weights)", "np.abs(weights)"),
}


@pytest.mark.parametrize("name", MUTANTS)
def test_wrong_penalties_are_noticed(name: str) -> None:
    right, other = network(), network()
    value = WeightPenalty(L1, L2).add(right)
    wrong = mutant(WeightPenalty, *MUTANTS[name])(L1, L2).add(other)
    assert wrong != pytest.approx(value) or not np.allclose(right.grad, other.grad)


def test_penalties_of_float32_are_added_in_double_precision() -> None:
    layer = Dense(1, 2).initialize(np.random.default_rng(0))
    layer.W[...] = [[2.0**24, 1]]  # their sum is no float32
    assert WeightPenalty({"W": 1.0}, {}).add(layer) == 2.0**24 + 1
    layer.W[...] = [[2.0**12, 1]]
    assert WeightPenalty({}, {"W": 1.0}).add(layer) == 2.0**24 + 1
