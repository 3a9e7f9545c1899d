"""The search on networks with neurons that are known to follow something, or nothing."""

import numpy as np
import pytest

from glassnet.models import SHIPPED, CharacterLSTM, Vocabulary, VocabularyError
from glassnet.nn import Array
from glassnet.visualize import read_activations
from glassnet.visualize.neurons.search.find import find_neurons, halves
from glassnet.visualize.neurons.search.findings import Finding
from glassnet.visualize.neurons.search.hypotheses import HYPOTHESES, Hypothesis
from tests.visualize.neurons.naive import naive_auc
from tests.visualize.neurons.search.texts import ALPHABET, OPEN, bracketed_text, is_open, opens
from tests.visualize.neurons.uneven import UnevenNetwork


@pytest.fixture
def planted(generator: np.random.Generator) -> CharacterLSTM:
    """Random weights, but 1:3 is on while a bracket is open, and 2:5 falls meanwhile."""
    network = CharacterLSTM(Vocabulary(ALPHABET), units=8).initialize(generator)
    opening, closing = network.vocabulary.encode("()")
    first, second = network.recurrent
    i, f, o, g = (gate * 8 + 3 for gate in range(4))
    for column in (i, f, o, g):
        first.Wx[:, column], first.Wh[:, column], first.b[column] = 0, 0, 0
    # The cell takes in 1 at "(" and nothing else, and forgets it at ")".
    first.b[[i, f, o]] = -20, 20, 20
    first.Wx[[opening, closing], f] = -40
    first.Wx[opening, i], first.Wx[opening, g] = 40, 5
    i, f, o, g = (gate * 8 + 5 for gate in range(4))
    for column in (i, f, o, g):
        second.Wx[:, column], second.Wh[:, column], second.b[column] = 0, 0, 0
    second.b[[i, f, o]] = 20, -20, 20
    first.Wh[3], second.Wx[3], second.Wh[5] = 0, 0, 0  # no other neuron sees the two
    second.Wx[3, g] = -1
    return network


def test_a_planted_neuron_is_found(planted: CharacterLSTM, generator: np.random.Generator) -> None:
    text = bracketed_text(generator)
    findings = find_neurons(planted, text, [OPEN, HYPOTHESES["since-newline"]], count=3)
    assert [finding.hypothesis for finding in findings] == ["open"] * 3 + ["since-newline"] * 3
    best, second, other = findings[:3]
    assert {(best.layer, best.neuron), (second.layer, second.neuron)} == {(1, 3), (2, 5)}
    for finding in (best, second):
        rises = finding.layer == 1
        assert finding.score == pytest.approx(float(rises), abs=0.01)
        assert finding.chosen == pytest.approx(float(rises), abs=0.01)
        assert (finding.measure, finding.verdict, finding.state) == ("AUC", "strong", "hidden")
        assert finding.description == "a bracket is open"
        assert 0.5 < finding.baseline < 0.7  # the letters do not tell
    assert other.verdict not in ("weak", "clear", "strong")


def test_all_states_are_searched(planted: CharacterLSTM, generator: np.random.Generator) -> None:
    text = bracketed_text(generator, 2000)
    opening = Hypothesis("opens", "a bracket opens", opens)
    findings = find_neurons(planted, text, [opening], ["hidden", "input-gate"], count=2)
    assert (findings[0].layer, findings[0].neuron, findings[0].state) == (1, 3, "input-gate")
    assert findings[0].verdict == "letter detector"
    assert findings[0].baseline == 1
    # The score is that of the activations on the second half.
    middle = halves(text)
    values = read_activations(planted, text[middle:], ["input-gate"]).arrays[1, "input-gate"]
    auc = naive_auc(values[:, 3], opens(text)[middle:])
    assert findings[0].score == pytest.approx(auc, abs=1e-9)


def test_a_quantity(planted: CharacterLSTM, generator: np.random.Generator) -> None:
    text = bracketed_text(generator)
    twice = Hypothesis("twice", "minus two while a bracket is open", lambda t: -2.0 * is_open(t))
    (finding,) = find_neurons(planted, text, [twice], count=1)
    assert finding.measure == "r"
    assert abs(finding.score) == pytest.approx(1, abs=0.03)
    assert (finding.score > 0) == (finding.layer == 2)
    assert finding.verdict == "strong"
    assert isinstance(finding, Finding)


def test_what_holds_in_the_first_half_only_is_nothing(
    planted: CharacterLSTM, generator: np.random.Generator
) -> None:
    text = bracketed_text(generator)
    middle = halves(text)
    unrelated = is_open(bracketed_text(generator)[: len(text) - middle])

    def changes(text: str) -> Array:
        return np.concatenate([is_open(text)[:middle], unrelated])

    findings = find_neurons(planted, text, [Hypothesis("changes", "", changes)], count=2)
    for finding in findings:
        assert abs(finding.chosen - 0.5) == pytest.approx(0.5, abs=0.01)
        assert abs(finding.score - 0.5) < 0.1
        assert finding.verdict == "chance level"


@pytest.mark.parametrize("seed", [1, 2])
def test_random_weights_mean_nothing(seed: int) -> None:
    text = (SHIPPED / "sample.txt").read_text(encoding="utf-8")
    network = CharacterLSTM(Vocabulary.of(text), units=48).initialize(np.random.default_rng(seed))
    findings = find_neurons(network, text, HYPOTHESES.values(), count=3)
    assert len({finding.hypothesis for finding in findings}) >= 14
    found = {finding.verdict for finding in findings}
    assert found <= {"chance level", "letter detector", "as untrained"}


def test_unrelated_hypotheses_are_nothing_above_chance(
    network: CharacterLSTM, generator: np.random.Generator
) -> None:
    text = "the quick brown fox jumps over the lazy dog\n" * 60

    def slow(text: str) -> Array:  # a random walk: few independent values
        return np.cumsum(generator.standard_normal(len(text)))

    def fast(text: str) -> Array:
        return generator.random(len(text)) < 0.3

    findings = find_neurons(
        network, text, [Hypothesis("slow", "", slow), Hypothesis("fast", "", fast)], count=1
    )
    assert [finding.verdict for finding in findings] == ["chance level"] * 2


def test_what_never_changes_is_left_out(network: CharacterLSTM) -> None:
    text = "abc " * 200 + "(abc) " * 100
    names = ("inside-brackets", "capital", "vowel")
    found = find_neurons(network, text, [HYPOTHESES[name] for name in names], count=1)
    assert [finding.hypothesis for finding in found] == ["vowel"]
    assert find_neurons(network, text, [HYPOTHESES["capital"]]) == []


def test_a_dead_neuron_tells_nothing(planted: CharacterLSTM) -> None:
    for lstm in planted.recurrent:
        lstm.Wx[...], lstm.Wh[...], lstm.b[...] = 0, 0, 0
    findings = find_neurons(
        planted, "ab cd\n" * 200, [HYPOTHESES["word-length"], HYPOTHESES["vowel"]]
    )
    assert {finding.score for finding in findings} == {0.0, 0.5}
    assert {finding.verdict for finding in findings} == {"chance level"}


def test_errors(network: CharacterLSTM) -> None:
    with pytest.raises(ValueError, match="at least 1,000 characters of text, not 999"):
        find_neurons(network, "a" * 999, HYPOTHESES.values())
    with pytest.raises(VocabularyError, match="'Ω'"):
        find_neurons(network, "ab\n" * 400 + "Ω", HYPOTHESES.values())


def test_halves() -> None:
    line = "123456789\n"
    assert halves(line * 10) == 50
    assert halves(line * 10 + "1234567890") == 50
    assert halves("a" * 100) == 50
    assert halves("\n" + "a" * 99) == 50  # no line begins near the middle


def test_layers_of_different_sizes(generator: np.random.Generator) -> None:
    text = bracketed_text(generator, 2000)
    network = UnevenNetwork(Vocabulary(ALPHABET)).initialize(generator)
    findings = find_neurons(network, text, [OPEN], ["hidden", "cell"], count=20)
    named = {(finding.layer, finding.neuron, finding.state) for finding in findings}
    sizes = ((1, 4), (2, 6))
    states = ("hidden", "cell")
    assert named == {(n, unit, s) for n, size in sizes for unit in range(size) for s in states}


@pytest.mark.parametrize(
    ("newline", "start"), [(549, 550), (444, 445), (440, 441), (439, 440), (438, 550), (550, 550)]
)
def test_the_second_half_begins_at_a_line_that_starts_near_the_middle(
    newline: int, start: int
) -> None:
    """Within a tenth of the text, here 110 of 1,100 characters."""
    text = "a" * newline + "\n" + "b" * (1099 - newline)
    assert halves(text) == start
