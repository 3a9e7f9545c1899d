import itertools

from glassnet.visualize.neurons.ablation import Ablation
from glassnet.visualize.neurons.search.findings import VERDICTS, Finding
from glassnet.visualize.neurons.search.hypotheses import HYPOTHESES
from glassnet.visualize.neurons.states import STATES
from glassnet.visualize.neurons.views.tables import (
    draw_ablation,
    draw_most_important,
    draw_ranking,
    draw_report,
)

VOWEL = Finding("vowel", "it is", "AUC", 1, 2, "hidden", 0.75, 0.875, 0.25, "weak")
FALLING = Finding("vowel", "it is", "AUC", 2, 511, "input-gate", 0.25, 0.125, 0.5, "clear")
LENGTH = Finding("line-length", "length", "r", 2, 3, "cell", -0.5, -0.75, -0.125, "clear")


def test_a_ranking_has_a_row_for_each_neuron() -> None:
    lines = list(draw_ranking([VOWEL, FALLING, LENGTH]))
    assert lines[:6] == [
        "vowel: it is",
        "",
        "neuron state     score first second letter  verdict",
        "1:2    hidden    AUC   0.875  0.750  0.250  weak",
        "2:511  input     1-AUC 0.875  0.750  0.500  clear",
        "",
    ]
    assert "2:3    cell      -r    0.750  0.500 -0.125  clear" in lines


def test_a_report_has_a_row_for_each_hypothesis() -> None:
    lines = list(draw_report([VOWEL, FALLING, LENGTH]))
    assert lines[:4] == [
        "hypothesis           neuron state     score first second letter  verdict",
        "vowel                1:2    hidden    AUC   0.875  0.750  0.250  weak",
        "line-length          2:3    cell      -r    0.750  0.500 -0.125  clear",
        "",
    ]
    explained = {line.split(":")[0] for line in lines[4:]}
    assert {"first", "second", "letter", "1-AUC, -r", "weak", "clear"} <= explained
    assert "strong" not in explained


def test_tables_fit_80_columns() -> None:
    findings = [
        Finding(name, hypothesis.description, "AUC", 2, 1023, state, -0.001, 0.001, -0.5, verdict)
        for (name, hypothesis), state, verdict in itertools.product(
            HYPOTHESES.items(), STATES, VERDICTS
        )
    ]
    ablation = Ablation(2, 1023, -0.123, 12.3456, 12.4567)
    for lines in (
        draw_report(findings),
        draw_ranking(findings),
        draw_ablation(ablation),
        draw_most_important([ablation]),
    ):
        assert max(map(len, lines)) <= 80


def test_ablation() -> None:
    assert list(draw_ablation(Ablation(2, 3, 0.125, 1.0, 1.5))) == [
        "layer 2, neuron 3, hidden state clamped to its mean, 0.125",
        "loss per character     nats      bits",
        "intact               1.0000    1.4427",
        "clamped              1.5000    2.1640",
        "increase            +0.5000   +0.7213",
    ]


def test_most_important() -> None:
    assert list(draw_most_important([Ablation(2, 3, 0.125, 1.0, 1.5)])) == [
        "Loss of the intact network: 1.0000 nats, 1.4427 bits per character.",
        "With one neuron clamped to its mean:",
        "",
        "neuron      mean      nats  increase      bits  increase",
        "2:3        0.125    1.5000   +0.5000    2.1640   +0.7213",
    ]
