from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from glassnet.models import CharacterLSTM, Vocabulary
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


@pytest.mark.parametrize(
    ("units", "states", "best"),
    [(48, ["hidden", "cell"], 20), (40, ["hidden"], 10), (9, ["hidden"], 2), (3, ["hidden"], 2)],
)
def test_the_limit_is_extrapolated_from_the_best(
    units: int, states: list[str], best: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []
    associations = {0: np.linspace(-0.6, -0.2, best), 2: np.linspace(0.5, 0.1, best)}

    def screen(*arguments: Any) -> list[list[Any]]:
        seen.append(arguments)
        return [[SimpleNamespace(association=a) for a in row] for row in associations.values()]

    monkeypatch.setattr("glassnet.visualize.neurons.search.untrained.screen", screen)
    network = CharacterLSTM(Vocabulary("ab\n"), layers=1, units=units)
    network.initialize(np.random.default_rng(7))
    text = "ab\n" * 20_000
    values = [np.arange(60_000) % 2 == 1, np.zeros(60_000, bool), np.arange(60_000.0)]
    found = untrained_limits(network, text, [Target(v) for v in values], states, False)
    for place, row in associations.items():
        z = np.arctanh(np.abs(row))
        excess = sum(z[:-1] - z[-1]) / (best - 1)
        # One case in a hundred, shared by the two targets that vary.
        expected = np.tanh(z[-1] + excess * np.log(best / 0.005))
        assert found[place] == pytest.approx(expected, rel=1e-12)
    assert found[1] == 0
    ((fresh, read, targets, *rest),) = seen
    assert rest == [states, best, False]
    assert read == text[-50_000:]
    for target, value in zip(targets, (values[0], values[2]), strict=True):
        np.testing.assert_array_equal(target.values, value[-50_000:])
    first = CharacterLSTM(Vocabulary("ab\n"), layers=1, units=units)
    np.testing.assert_array_equal(fresh.theta, first.initialize(np.random.default_rng(0)).theta)


def test_a_perfect_association_has_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    perfect = [[SimpleNamespace(association=a) for a in (1.0, 1.0, -1.0, 1.0)]]
    monkeypatch.setattr("glassnet.visualize.neurons.search.untrained.screen", lambda *_: perfect)
    network = CharacterLSTM(Vocabulary("ab"), layers=1, units=16)
    (found,) = untrained_limits(network, "ab" * 9, [Target(np.arange(18.0))], ["hidden"], False)
    assert found == pytest.approx(1, abs=1e-8)
