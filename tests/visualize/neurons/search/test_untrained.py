import numpy as np

from glassnet.models import CharacterLSTM
from glassnet.visualize.neurons.search.associations import Target
from glassnet.visualize.neurons.search.untrained import untrained_limits

TEXT = "the quick brown fox jumps over the lazy dog\n" * 40


def limits(network: CharacterLSTM, *values: np.ndarray) -> list[float]:
    return untrained_limits(network, TEXT, [Target(v) for v in values], ["hidden"], False)


def test_a_letter_is_easier_for_random_weights_than_chance(
    network: CharacterLSTM, generator: np.random.Generator
) -> None:
    letter = np.array([character == "o" for character in TEXT])
    random = generator.random(len(TEXT)) < 0.5
    easy, hard = limits(network, letter, random)
    assert 0 < hard < easy <= 1


def test_a_target_that_never_changes_has_no_limit(network: CharacterLSTM) -> None:
    letter = np.array([character == "o" for character in TEXT])
    first, second = limits(network, np.zeros(len(TEXT), bool), letter)
    assert first == 0
    assert second > 0
    assert limits(network, np.zeros(len(TEXT), bool)) == [0]


def test_the_network_itself_is_not_read(network: CharacterLSTM) -> None:
    letter = np.array([character == "o" for character in TEXT])
    before = limits(network, letter)
    network.theta[...] = 0
    assert limits(network, letter) == before
