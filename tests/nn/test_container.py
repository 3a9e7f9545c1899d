import numpy as np

from glassnet.nn import Add, Dense, Residual, Sequential, Tanh


def test_layers_are_named_by_kind_and_count_or_as_given() -> None:
    for kind in (Sequential, Add, Residual):
        network = kind(Dense(3, 3), ("middle", Tanh()), Dense(3, 3))
        assert list(network.layers) == ["dense1", "middle", "dense2"]


def test_a_configuration_has_the_layers_added_later(generator: np.random.Generator) -> None:
    for kind in (Sequential, Add, Residual):
        network = kind(Dense(3, 3))
        network.add("later", Tanh())
        again = kind.from_configuration(network.configuration)
        assert list(again.layers) == ["dense1", "later"]
