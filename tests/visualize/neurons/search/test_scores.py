"""The search for neurons that mean something."""

import itertools

import numpy as np
import pytest

from glassnet.models import SHIPPED, CharacterLSTM, Vocabulary, VocabularyError
from glassnet.nn import Array
from glassnet.visualize import read_activations
from glassnet.visualize.neurons.search.hypotheses import HYPOTHESES, Hypothesis
from glassnet.visualize.neurons.search.scores import (
    VERDICTS,
    Finding,
    _association,
    _centred,
    _chance,
    _of_character,
    _Table,
    _Target,
    _verdict,
    find,
    halves,
)

ALPHABET = "abcdefgh ()\n"


def is_open(text: str) -> Array:
    """Whether a bracket is open after each character."""
    return np.cumsum([(c == "(") - (c == ")") for c in text]) > 0


OPEN = Hypothesis("open", "a bracket is open", is_open)


def bracketed_text(generator: np.random.Generator, length: int = 6000) -> str:
    """Random letters in lines, with brackets that open and close but do not nest."""
    text, depth = [], 0
    for number in generator.random(length):
        if number < 0.05:
            text.append(")" if depth else "(")
            depth = 1 - depth
        elif number < 0.1:
            text.append("\n")
        else:
            text.append(ALPHABET[int(number * 1e6) % 9])
    return "".join(text)


@pytest.fixture
def planted(generator: np.random.Generator) -> CharacterLSTM:
    """Random weights, but 1:3 is on while a bracket is open, and 2:5 falls meanwhile."""
    network = CharacterLSTM(Vocabulary(ALPHABET), units=8).initialize(generator)
    opening, closing = network.vocabulary.encode("()")
    first, second = network.lstms
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


# -- what is found --------------------------------------------------------------------------------


def test_a_planted_neuron_is_found(planted: CharacterLSTM, generator: np.random.Generator) -> None:
    text = bracketed_text(generator)
    findings = find(planted, text, [OPEN, HYPOTHESES["since-newline"]], count=3)
    assert [finding.hypothesis for finding in findings] == ["open"] * 3 + ["since-newline"] * 3
    best, second, other = findings[:3]
    assert {(best.layer, best.neuron), (second.layer, second.neuron)} == {(1, 3), (2, 5)}
    for finding in (best, second):
        rises = finding.layer == 1
        assert finding.score == pytest.approx(float(rises), abs=0.01)
        assert finding.chosen == pytest.approx(float(rises), abs=0.01)
        assert (finding.measure, finding.verdict, finding.state) == ("AUC", "strong", "hidden")
        assert finding.description == "a bracket is open"
        assert 0.5 < finding.baseline < 0.7  # only the brackets themselves tell
    assert other.verdict not in ("weak", "clear", "strong")


def test_all_states_are_searched(planted: CharacterLSTM, generator: np.random.Generator) -> None:
    text = bracketed_text(generator, 2000)
    opening = Hypothesis("opens", "a bracket opens", opens)
    findings = find(planted, text, [opening], ["hidden", "input-gate"], count=2)
    assert (findings[0].layer, findings[0].neuron, findings[0].state) == (1, 3, "input-gate")
    assert findings[0].verdict == "letter detector"
    assert findings[0].baseline == 1
    # Values come from the text's own activations, of either half.
    middle = halves(text)
    values = read_activations(planted, text[middle:], ["input-gate"]).arrays[1, "input-gate"]
    auc = naive_auc(values[:, 3], opens(text)[middle:])
    assert findings[0].score == pytest.approx(auc, abs=1e-9)


def opens(text: str) -> Array:
    return np.array([character == "(" for character in text])


def test_a_quantity(planted: CharacterLSTM, generator: np.random.Generator) -> None:
    text = bracketed_text(generator)
    twice = Hypothesis("twice", "minus two while a bracket is open", lambda t: -2.0 * is_open(t))
    (finding,) = find(planted, text, [twice], count=1)
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

    findings = find(planted, text, [Hypothesis("changes", "", changes)], count=2)
    for finding in findings:
        assert abs(finding.chosen - 0.5) == pytest.approx(0.5, abs=0.01)
        assert abs(finding.score - 0.5) < 0.1
        assert finding.verdict == "nothing above chance"


@pytest.mark.parametrize("seed", [1, 2])
def test_random_weights_mean_nothing(seed: int) -> None:
    text = (SHIPPED / "sample.txt").read_text(encoding="utf-8")
    network = CharacterLSTM(Vocabulary.of(text), units=48).initialize(np.random.default_rng(seed))
    findings = find(network, text, HYPOTHESES.values(), count=3)
    assert len({finding.hypothesis for finding in findings}) >= 14
    found = {finding.verdict for finding in findings}
    assert found <= {"nothing above chance", "letter detector", "as untrained"}


def test_unrelated_hypotheses_are_nothing_above_chance(
    network: CharacterLSTM, generator: np.random.Generator
) -> None:
    text = "the quick brown fox jumps over the lazy dog\n" * 60

    def slow(text: str) -> Array:  # a random walk: few independent values
        return np.cumsum(generator.standard_normal(len(text)))

    def fast(text: str) -> Array:
        return generator.random(len(text)) < 0.3

    findings = find(
        network, text, [Hypothesis("slow", "", slow), Hypothesis("fast", "", fast)], count=1
    )
    assert [finding.verdict for finding in findings] == ["nothing above chance"] * 2


def test_what_never_changes_is_left_out(network: CharacterLSTM) -> None:
    text = "abc " * 200 + "(abc) " * 100
    names = ("inside-brackets", "capital", "vowel")
    found = find(network, text, [HYPOTHESES[name] for name in names], count=1)
    assert [finding.hypothesis for finding in found] == ["vowel"]
    assert find(network, text, [HYPOTHESES["capital"]]) == []


def test_a_dead_neuron_tells_nothing(planted: CharacterLSTM) -> None:
    for lstm in planted.lstms:
        lstm.Wx[...], lstm.Wh[...], lstm.b[...] = 0, 0, 0
    findings = find(planted, "ab cd\n" * 200, [HYPOTHESES["word-length"], HYPOTHESES["vowel"]])
    assert {finding.score for finding in findings} == {0.0, 0.5}
    assert {finding.verdict for finding in findings} == {"nothing above chance"}


def test_errors(network: CharacterLSTM) -> None:
    with pytest.raises(ValueError, match="a search needs 1000 characters of text, not 999"):
        find(network, "a" * 999, HYPOTHESES.values())
    with pytest.raises(VocabularyError, match="'Ω'"):
        find(network, "ab\n" * 400 + "Ω", HYPOTHESES.values())


def test_halves() -> None:
    line = "123456789\n"
    assert halves(line * 10) == 50
    assert halves(line * 10 + "1234567890") == 50
    assert halves("a" * 100) == 50
    assert halves("\n" + "a" * 99) == 50  # no line begins near the middle


# -- how it is scored -----------------------------------------------------------------------------


def naive_auc(values: Array, labels: Array) -> float:
    """The share of pairs (true, false) in which the true one is larger; of equals, half."""
    pairs = [
        (a > b) + 0.5 * (a == b) for a, b in itertools.product(values[labels], values[~labels])
    ]
    return float(np.mean(pairs))


def naive_correlation(x: Array, y: Array) -> float:
    x_mean, y_mean = sum(x) / len(x), sum(y) / len(y)
    covariance = sum((a - x_mean) * (b - y_mean) for a, b in zip(x, y, strict=True))
    x_square, y_square = sum((a - x_mean) ** 2 for a in x), sum((b - y_mean) ** 2 for b in y)
    return float(covariance / (x_square * y_square) ** 0.5)


@pytest.fixture
def data(generator: np.random.Generator) -> tuple[Array, Array, Array]:
    """Activations (300, 4) on a grid of 256 levels, with ties; a label and a quantity (300,)."""
    values = generator.integers(-128, 128, (300, 4)) / 128
    values[0], values[1] = -1, 127 / 128
    values = np.round(values * 16) / 16  # ties
    values[0], values[1] = -1, 127 / 128
    label = values[:, 0] + generator.standard_normal(300) > 0.4
    quantity = 1000 + values[:, 1] + generator.standard_normal(300)
    return values.astype(np.float32), label, quantity


def test_associations_are_those_of_naive_loops(data: tuple[Array, Array, Array]) -> None:
    values, label, quantity = data
    for values_, tolerance in ((values, 1e-6), (np.tanh(3 * values), 0.02)):
        table = _Table(values_, [_Target(label), _Target(quantity)])
        for positions in np.array_split(np.random.default_rng(0).permutation(300), 7):
            table.add(positions, values_[positions])
        found = table.associations()
        for unit in range(4):
            x = values_[:, unit].astype(np.float64)
            auc, r = naive_auc(x, label), naive_correlation(x, quantity)
            assert found[0, unit] == pytest.approx(2 * auc - 1, abs=tolerance)
            assert found[1, unit] == pytest.approx(r, abs=1e-5)
            for target, expected in ((label, 2 * auc - 1), (quantity, r)):
                trace = _centred(values_[:, unit], _Target(target))
                association = _association(trace, _Target(target))
                assert association == pytest.approx(expected, abs=1e-6)


def test_activations_beyond_the_first_block_are_clipped(data: tuple[Array, Array, Array]) -> None:
    values, label, _ = data
    table = _Table(values[::50], [_Target(label)])
    table.add(np.arange(300), values)
    low, high = values[::50].min(axis=0), values[::50].max(axis=0)
    for unit in range(4):
        clipped = np.clip(values[:, unit], low[unit], high[unit])
        expected = 2 * naive_auc(clipped, label) - 1
        assert table.associations()[0, unit] == pytest.approx(expected, abs=0.02)


@pytest.mark.parametrize("kind", ["yes or no", "quantity"])
def test_chance_is_what_shifts_reach(kind: str, generator: np.random.Generator) -> None:
    trace = np.convolve(generator.standard_normal(659), np.ones(20), "valid")  # 640: slow
    values = np.convolve(generator.standard_normal(659), np.ones(20), "valid")
    target = _Target(values > 0 if kind == "yes or no" else values)
    centred = _centred(trace, target)
    shifts = [abs(_association(np.roll(centred, -shift), target)) for shift in range(64, 640 - 64)]
    assert _chance(centred, target) == pytest.approx(np.quantile(shifts, 0.999), rel=1e-9)
    # Few values are independent: as many that all are would reach far less.
    independent = _centred(generator.permutation(trace), target)
    assert _chance(centred, target) > 2 * _chance(independent, target)


def test_the_best_function_of_a_character() -> None:
    first = _Target(np.array([True, False, True, True, False]))
    found = _of_character(np.array([0, 0, 1, 1, 3]), first, np.array([0, 1, 2, 3, 4]))
    np.testing.assert_allclose(found, [0.5, 1, 0.6, 0, 0.6])  # 2 and 4 are new


def test_verdicts() -> None:
    cases = {
        (0.9, 0.9, 0.1, 0.1): "nothing above chance",
        (0.9, np.inf, 0.1, 0.1): "nothing above chance",
        (0.9, 0.1, 0.9, 0.1): "letter detector",
        (0.9, 0.1, 0.1, 0.9): "as untrained",
        (0.49, 0.1, 0.1, 0.1): "weak",
        (0.5, 0.1, -0.9, 0.1): "clear",
        (0.8, 0.1, 0.1, 0.1): "strong",
    }
    assert {_verdict(*case) for case in cases} == set(VERDICTS)
    for case, expected in cases.items():
        assert _verdict(*case) == expected
