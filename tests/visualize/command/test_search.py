"""The view of a character network: search for neurons, and ablation."""

import json
import re
from pathlib import Path

import numpy as np
import pytest

from glassnet.models import CharacterLSTM
from glassnet.visualize.neurons.ablation import ablate, most_important
from glassnet.visualize.neurons.search.find import find_neurons, halves
from glassnet.visualize.neurons.search.hypotheses import HYPOTHESES
from glassnet.visualize.neurons.search.own import match_hypothesis
from tests.visualize.command.program import fails, run


@pytest.fixture
def text_file(tmp_path: Path, generator: np.random.Generator) -> Path:
    """A text of 1,500 characters with words, lines and a question mark or two."""
    path = tmp_path / "text.txt"
    letters = generator.choice(list("abcdefghij  ,\n"), 1500)
    path.write_text("".join(letters), encoding="utf-8")
    return path


def test_find_ranks_and_shows_the_best(
    checkpoint: Path,
    text_file: Path,
    network: CharacterLSTM,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(checkpoint, "--text", text_file, "--find", "vowel", "--state", "hidden,cell") == 0
    lines = capsys.readouterr().out.splitlines()
    text = text_file.read_text()
    findings = find_neurons(network, text, [HYPOTHESES["vowel"]], ["hidden", "cell"])
    assert lines[0] == "vowel: " + HYPOTHESES["vowel"].description
    assert lines[2].split()[:4] == ["neuron", "state", "score", "first"]
    assert len(findings) == 10
    for line, finding in zip(lines[3:13], findings, strict=True):
        rises = finding.chosen >= 0.5
        scores = [score if rises else 1 - score for score in (finding.chosen, finding.score)]
        assert line.split(maxsplit=6) == [
            f"{finding.layer}:{finding.neuron}",
            finding.state,
            "AUC" if rises else "1-AUC",
            *(f"{score:.3f}" for score in (*scores, finding.baseline)),
            finding.verdict,
        ]
    drawn = lines.index("", 14) + 1
    first = halves(text) + 1
    assert lines[drawn - 2] == f"Only characters {first} to 1,500 of 1,500 are drawn."
    assert lines[drawn] == text[halves(text) :].split("\n")[0]
    best = findings[0]
    title = f"layer {best.layer}, neuron {best.neuron}, {best.state} state"
    assert lines[-2].startswith(title)
    assert "varies most" not in lines[-1]


def test_report_has_a_line_for_each_hypothesis(
    checkpoint: Path, text_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(checkpoint, "--text", text_file, "--report", "--match", "[aeiou],") == 0
    out = capsys.readouterr().out
    lines = out.splitlines()
    assert lines[0].startswith("hypothesis  ")
    named = [line.split()[0] for line in lines[1 : lines.index("")]]
    missing = re.search("Not searched for, .*: (.*?)\\.", " ".join(out.split()))
    assert missing is not None
    assert "inside-brackets" in missing[1]
    assert named + missing[1].split(", ") != []
    assert sorted(named + missing[1].split(", ")) == sorted([*HYPOTHESES, "match"])
    assert "layer 2" not in out  # nothing is drawn


def test_own_hypotheses(
    checkpoint: Path, text_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = tmp_path / "own.py"
    own.write_text("def code(text): return [ord(c) for c in text]\n")
    arguments = ["--match", "[a-e]+", "--predicate", f"{own}:code"]
    assert run(checkpoint, "--text", text_file, *arguments) == 0
    out = capsys.readouterr().out
    assert "match: the character is inside a match of [a-e]+\n" in out
    assert f" code: value that {own}:code returns " in " ".join(out.split())


def test_json(
    checkpoint: Path,
    text_file: Path,
    tmp_path: Path,
    network: CharacterLSTM,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = tmp_path / "found.json"
    arguments = ["--match", "a", "--ablate", "1:2", "--json", path]
    assert run(checkpoint, "--text", text_file, *arguments) == 0
    assert f"wrote {path}" in capsys.readouterr().out
    written = json.loads(path.read_text())
    text = text_file.read_text()
    findings = find_neurons(network, text, [match_hypothesis("a")])
    (ablation,) = ablate(network, text, [(1, 2)])
    assert written["findings"][3]["score"] == pytest.approx(findings[3].score)
    assert written["findings"][3].keys() == vars(findings[3]).keys()
    assert written["ablations"] == [pytest.approx(vars(ablation), rel=1e-5)]


def test_page_holds_what_was_found(checkpoint: Path, text_file: Path, tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    arguments = ["--match", "a,", "--ablate", "all", "--html", path]
    assert run(checkpoint, "--text", text_file, *arguments) == 0
    assert "inside a match of a," in path.read_text(encoding="utf-8")


def test_what_a_page_leaves_out_is_told(
    checkpoint: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    long, path = tmp_path / "long.txt", tmp_path / "page.html"
    long.write_text("abc, de\n" * 1500)
    assert run(checkpoint, "--text", long, "--report", "--html", path) == 0
    *_, told, wrote = capsys.readouterr().out.splitlines()
    assert told == "Only characters 6,001 to 11,000 of 12,000 are written."
    assert wrote.startswith(f"wrote {path}")


def test_a_page_of_a_report_lists_what_is_more_than_chance(
    checkpoint: Path, text_file: Path, tmp_path: Path
) -> None:
    page, found = tmp_path / "page.html", tmp_path / "found.json"
    arguments = ["--report", "--html", page, "--json", found]
    assert run(checkpoint, "--text", text_file, *arguments) == 0
    pattern = '<script type="application/json" id="data">([^<]*)</script>'
    match = re.search(pattern, page.read_text())
    assert match
    listed = [finding["verdict"] for finding in json.loads(match[1])["findings"]]
    verdicts = [finding["verdict"] for finding in json.loads(found.read_text())["findings"]]
    kept = [v for v in verdicts if v not in ("chance level", "as untrained")]
    assert 0 < len(kept) < len(verdicts)
    order = ["strong", "clear", "weak", "letter detector"]
    assert listed == sorted(kept, key=order.index)


def test_page_with_a_corpus(
    checkpoint: Path, text_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sizes = []
    for more in ([], ["--corpus", text_file]):
        path = tmp_path / f"page{len(sizes)}.html"
        arguments = ["--text", text_file, "--length", 100, "--html", path, *more]
        assert run(checkpoint, *arguments) == 0
        sizes.append(path.stat().st_size)
    assert sizes[1] > sizes[0] + 1500
    capsys.readouterr()
    line = fails(capsys, checkpoint, "--corpus", text_file, status=2)
    assert line.endswith("--corpus needs --html")
    unknown = tmp_path / "unknown.txt"
    unknown.write_text("abΩ")
    line = fails(capsys, checkpoint, "--text", text_file, "--html", path, "--corpus", unknown)
    assert "unknown.txt: character 'Ω'" in line


def test_ablation(
    checkpoint: Path,
    text_file: Path,
    network: CharacterLSTM,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(checkpoint, "--text", text_file, "--length", 300, "--ablate", "2:3") == 0
    (ablation,) = ablate(network, text_file.read_text()[:300], [(2, 3)])
    loss, clamped, bit = ablation.loss, ablation.ablated_loss, np.log(2)
    assert [line.split() for line in capsys.readouterr().out.splitlines()[1:]] == [
        ["loss", "per", "character", "nats", "bits"],
        ["intact", f"{loss:.4f}", f"{loss / bit:.4f}"],
        ["clamped", f"{clamped:.4f}", f"{clamped / bit:.4f}"],
        ["increase", f"{clamped - loss:+.4f}", f"{(clamped - loss) / bit:+.4f}"],
    ]


def test_most_important(
    checkpoint: Path,
    text_file: Path,
    network: CharacterLSTM,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(checkpoint, "--text", text_file, "--ablate", "all") == 0
    lines = capsys.readouterr().out.splitlines()
    ranked = most_important(network, text_file.read_text())
    assert [line.split()[0] for line in lines[4:]] == [f"{a.layer}:{a.neuron}" for a in ranked]
    assert [line.split()[3] for line in lines[4:]] == [f"{a.loss_increase:+.4f}" for a in ranked]


# -- what goes wrong ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--find", "verb"], "--find: there is no hypothesis 'verb'; choose from inside-name, "),
        (["--find", "vowel", "--report"], "--report and --find exclude each other"),
        (["--predicate", "own.py"], "--predicate must be FILE.py:FUNCTION, not 'own.py'"),
        (["--predicate", ":f"], "--predicate must be FILE.py:FUNCTION, not ':f'"),
        (["--predicate", "own.py:2"], "--predicate must be FILE.py:FUNCTION, not 'own.py:2'"),
        (["--ablate", "every"], "--ablate must be LAYER:INDEX, as in 2:345, not 'every'"),
    ],
)
def test_wrong_usage(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert message in fails(capsys, *arguments, status=2)


def test_errors(
    checkpoint: Path, text_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def message(*arguments: object) -> str:
        return fails(capsys, checkpoint, "--text", text_file, *arguments)

    assert message("--match", "(").endswith("'(' is not a regular expression: "
        "missing ), unterminated subpattern at position 0")  # fmt: skip
    assert "match: is constant in one half of the text" in message("--match", "Q")
    own = tmp_path / "own.py"
    assert f"{own}: can't be read" in message("--predicate", f"{own}:f")
    own.write_text("def f(text): return 1 / 0")
    assert f"{own}:f: fails: ZeroDivisionError" in message("--predicate", f"{own}:f")
    assert "has no function named 'g'" in message("--predicate", f"{own}:g")
    line = message("--find", "vowel", "--length", 999)
    assert line.endswith("text.txt: a search needs at least 1,000 characters of text, not 999")
    assert "an ablation needs at least 2 characters" in message("--ablate", "1:0", "--length", 1)
    assert "--ablate 3:0: there is no layer 3" in message("--ablate", "3:0")
    assert "--ablate 1:6: layer 1 has no neuron 6" in message("--ablate", "1:6")
    line = fails(capsys, checkpoint, "--json", tmp_path / "a.json", status=2)
    assert "--json needs --find" in line
    text_file.write_text("abΩ" * 500)
    assert "text.txt: character 'Ω'" in message("--find", "vowel")
    assert "text.txt: character 'Ω'" in message("--ablate", "all")
