"""What sampling and training rely on, for every character network."""

import numpy as np
import pytest

from glassnet.models import CharacterNetwork, Vocabulary
from glassnet.models.characters import CHARACTER_NETWORKS

every_kind = pytest.mark.parametrize("kind", CHARACTER_NETWORKS, ids=lambda kind: kind.kind)


def network_of(kind: type[CharacterNetwork], generator: np.random.Generator) -> CharacterNetwork:
    configuration = {"vocabulary": Vocabulary("abc").characters, "layers": 2, "units": 8}
    return kind.from_configuration(configuration).initialize(generator, np.float64)


@every_kind
def test_its_configuration_builds_it_again(
    kind: type[CharacterNetwork], generator: np.random.Generator
) -> None:
    network = network_of(kind, generator)
    again = kind.from_configuration(network.configuration)
    assert again.configuration == network.configuration
    assert again.parameter_count == network.parameter_count
    assert network.hidden_sizes == ([8, 8] if network.context is None else [])


@every_kind
def test_a_cell_reads_as_the_network_does(
    kind: type[CharacterNetwork], generator: np.random.Generator
) -> None:
    network = network_of(kind, generator)
    x = generator.integers(0, 3, (6, 2))
    whole = network.forward(x).copy()
    network.reset_state()
    network.forward(x[:2, :1])
    network.carry()
    cell = network.cell(rows=2)
    np.testing.assert_allclose(cell.step(x[0]), whole[0], atol=1e-12)
    cell.start(network.state)  # for both texts, or nothing where no state is carried
    next_one = 2 if network.state else 0
    np.testing.assert_allclose(cell.step(x[next_one])[:1], whole[next_one, :1], atol=1e-12)
