import numpy as np
import pytest

from glassnet.convert import ConversionError
from glassnet.convert.structure.steps import one_hot, steps_of
from glassnet.models import CharacterLSTM, SimpleAutoencoder, Vocabulary
from glassnet.nn import Array, Dense, Embedding, GaussianNoise, Layer, ReLU, Residual, Sequential


def output(steps: list[tuple[str, Layer]], x: Array) -> Array:
    for _, layer in steps:
        x = layer(x)
    return x


@pytest.mark.parametrize("options", [{}, {"embedding": 3}, {"temperature": 2.0}])
def test_the_steps_of_a_character_network_compute_the_same(options: dict[str, float]) -> None:
    network = CharacterLSTM(Vocabulary("abcd"), units=3, **options)  # type: ignore[arg-type]
    network.initialize(np.random.default_rng(1))
    ids = np.random.default_rng(2).integers(0, 4, (6, 2))
    before = network.theta.copy()
    np.testing.assert_allclose(output(steps_of(network), ids), network(ids), atol=1e-7)
    assert (network.theta == before).all()


def test_networks_inside_networks() -> None:
    network = SimpleAutoencoder(code=4).initialize(np.random.default_rng(1))
    steps = steps_of(network)
    images = np.random.default_rng(2).random((2, 28, 28)).astype(np.float32)
    assert all("." not in name for name, _ in steps)
    assert (output(steps, images) == network(images)).all()


def test_layers_that_act_in_training_only_are_left_out() -> None:
    network = Sequential(GaussianNoise(0.5), ReLU()).initialize(np.random.default_rng(1))
    assert [name for name, _ in steps_of(network)] == ["relu1"]


def test_names_stay_apart() -> None:
    network = Sequential(("a", Sequential(("b", Dense(2, 2)))), ("a_b", Dense(2, 2)))
    names = [name for name, _ in steps_of(network.initialize(np.random.default_rng(1)))]
    assert len(set(names)) == 2


def test_other_networks() -> None:
    network = Sequential(("mine", Residual(Dense(2, 2)))).initialize(np.random.default_rng(1))
    with pytest.raises(ConversionError, match=r"^layer 'mine' \(Residual\): does more than pass"):
        steps_of(network)
    skipping = CharacterLSTM(Vocabulary("ab"), units=2, skip=True)
    with pytest.raises(ConversionError, match=r"output of all LSTM layers \(skip\)"):
        steps_of(skipping.initialize(np.random.default_rng(1)))


def test_one_hot_rows() -> None:
    layer = one_hot(3, np.float64)
    assert isinstance(layer, Embedding)
    assert layer(np.array([1])).tolist() == [[0, 1, 0]]
    assert layer.W.dtype == np.float64
