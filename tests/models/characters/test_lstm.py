import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from glassnet.models import CharacterLSTM, Vocabulary
from glassnet.nn import Array
from glassnet.nn.gradcheck import check_layer
from glassnet.nn.testing import ids, shapes


@given(
    x=ids(shapes(2, largest=3), classes=5),
    layers=st.integers(1, 3),
    dropout=st.sampled_from([0.0, 0.5]),
)
def test_gradients_of_the_whole_network(x: Array, layers: int, dropout: float) -> None:
    check_layer(CharacterLSTM(Vocabulary("abcde"), layers, 3, dropout), x, train=True)


def test_names_and_size() -> None:
    vocabulary = Vocabulary("".join(map(chr, range(65))))
    network = CharacterLSTM(vocabulary)
    assert network.parameter_count == 3_316_289
    network = CharacterLSTM(vocabulary, units=4).initialize(np.random.default_rng(0))
    assert list(network.parameters) == [
        *(f"lstm{layer}.{name}" for layer in (1, 2) for name in ("Wx", "Wh", "b")),
        "dense.W",
        "dense.b",
    ]


def test_configuration_builds_the_same_network() -> None:
    network = CharacterLSTM(Vocabulary("héllo"), layers=3, units=4, dropout=0.25)
    again = CharacterLSTM.from_configuration(network.configuration)
    assert again.configuration == network.configuration
