"""Every example runs as its first lines say, in bounded time, and prints what it promises.

Programs run as a user starts them, in a process of their own; the cells of notebooks run here, one
by one, without Jupyter (`notebooks.py` says why). The outputs kept in a notebook are compared
with those of the run in form only: another processor rounds differently, and a trained network then
writes another text.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from functools import cache
from pathlib import Path

import pytest
from threadpoolctl import threadpool_limits

from glassnet.models import SHIPPED, CharacterLSTM, load
from glassnet.nn import softmax_cross_entropy
from tests.examples.notebooks import Cell, run_notebook

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"
PROGRAMS = sorted(path.name for path in EXAMPLES.glob("*.py"))
NOTEBOOKS = sorted(path.name for path in EXAMPLES.glob("*.ipynb"))
SECONDS = 300  # a busy machine takes several times what examples/README.md says
# One BLAS thread: on a busy machine two of them wait for each other longer than they work.


@cache
def printed(name: str, folder: Path | None = None) -> str:
    """Return what a program prints; a warning is an error. It writes its files into the folder."""
    with tempfile.TemporaryDirectory() as temporary:
        return subprocess.run(
            [sys.executable, "-W", "error", str(EXAMPLES / name)],
            check=True,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=SECONDS,
            cwd=folder or temporary,
            env=os.environ
            | {"PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
        ).stdout


def outputs(cells: list[Cell]) -> list[str]:
    """Return what each code cell shows: the text printed, or the HTML or text of its value."""
    shown = []
    for cell in cells:
        parts = []
        for output in cell.get("outputs", []):  # type: ignore[attr-defined]
            data = output.get("data", {})
            parts += output.get("text", data.get("text/html", data.get("text/plain")))
        if cell["cell_type"] == "code":
            shown.append("".join(parts))
    return shown


@cache
def ran(name: str) -> list[str]:
    began = time.monotonic()
    with threadpool_limits(1, user_api="blas"):
        shown = outputs(run_notebook(EXAMPLES / name))
    assert time.monotonic() - began < SECONDS
    return shown


def kept(name: str) -> list[str]:
    return outputs(json.loads((EXAMPLES / name).read_text(encoding="utf-8"))["cells"])


def test_xor_answers_the_four_questions() -> None:
    assert re.findall(r"(\d) xor (\d) is (\d) ", printed("xor.py")) == [
        ("0", "0", "0"),
        ("0", "1", "1"),
        ("1", "0", "1"),
        ("1", "1", "0"),
    ]


def test_fizzbuzz_makes_few_mistakes() -> None:
    *_, words, result = printed("fizzbuzz.py").splitlines()
    assert len(words.split()) == 100
    wrong = re.fullmatch(r"(\d+) of 100 are wrong", result)
    assert wrong is not None
    assert int(wrong[1]) <= 12


def test_digits_are_read() -> None:
    accuracies = re.findall(r"accuracy ([\d.]+)%", printed("digits.py"))
    assert len(accuracies) == 10
    assert float(accuracies[-1]) > 92


def test_a_classifier_is_fitted_saved_and_used() -> None:
    *table, accuracy, read = printed("classifier.py").splitlines()
    columns = ["epoch", "training_loss", "validation_loss", "validation_accuracy", "seconds"]
    assert table[0].split() == columns
    assert len(table) == 11
    found = re.fullmatch(r"accuracy ([\d.]+)%", accuracy)
    assert found is not None
    assert float(found[1]) > 84
    guesses, digits = re.findall(r"\[([\d ]+)\]", read)
    right = [guess == digit for guess, digit in zip(guesses.split(), digits.split(), strict=True)]
    assert sum(right) >= 6


def test_a_network_from_pytorch_can_be_looked_into(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    *losses, convert, visualize = printed("pytorch_characters.py", tmp_path).splitlines()
    found = [float(line.split()[2]) for line in losses]
    assert found[-1] < 0.6 * found[0]
    for command in (convert, visualize):
        program, *arguments = command.split()
        assert program == "glassnet"
        subprocess.run(
            [sys.executable, "-m", "glassnet", *arguments],
            check=True,
            capture_output=True,
            timeout=SECONDS,
            cwd=tmp_path,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
        )
    page = (tmp_path / "neurons.html").read_text(encoding="utf-8")
    assert "neuron" in page
    network = load(tmp_path / "characters.npz")
    assert isinstance(network, CharacterLSTM)
    text = (SHIPPED / "sample.txt").read_text(encoding="utf-8")[:2000]
    ids = network.vocabulary.encode(text).reshape(-1, 1)
    loss, _ = softmax_cross_entropy(network(ids[:-1]), ids[1:])
    assert loss < 0.6 * found[0]  # it predicts as well as it did in PyTorch


def test_shakespeare_learns_and_writes() -> None:
    shown = ran("shakespeare.ipynb")
    losses = [float(loss) for loss in re.findall(r"epoch \d: ([\d.]+) nats", "".join(shown))]
    assert len(losses) == 3
    assert losses == sorted(losses, reverse=True)
    assert losses[-1] < 1.7
    written = shown[-1]
    assert len(written) == 501  # with the newline after it
    assert len(written.splitlines()) > 5


def test_the_neuron_is_found_and_painted_and_used() -> None:
    _, table, found, painted, written = ran("neuron.ipynb")
    assert "<td" in table
    assert found.startswith("layer 1, neuron 411: r = -0.7")
    assert 'style="background:#' in painted
    assert "layer 1, neuron 411, hidden state" in painted
    short, long = written.split("--- held at 1 ---")
    assert short.count("\n") > 2 * long.count("\n")


def test_own_recipes_are_trained_and_their_page_shows_the_file(tmp_path: Path) -> None:
    def glassnet(*arguments: str) -> str:
        return subprocess.run(
            [sys.executable, "-W", "error", "-m", "glassnet", *arguments],
            check=True,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            cwd=tmp_path,
            env=os.environ | {"PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"},
        ).stdout

    file, best = str(EXAMPLES / "own_recipes.py"), "saves/matrix-autoencoder/best.npz"
    glassnet("train", f"{file}:matrix-autoencoder", "--epochs", "2", "--workers", "1")
    loss = re.search(r"loss ([\d.]+) nats a pixel", glassnet("evaluate", best, "--recipes", file))
    assert loss is not None
    assert float(loss[1]) < 0.4  # pixels of 0.5 have 0.69
    assert "small-gru" in glassnet("train", file, "--list")
    page = (ROOT / "docs" / "own" / "recipes.md").read_text(encoding="utf-8")
    assert (EXAMPLES / "own_recipes.py").read_text(encoding="utf-8") in page


# -- the files of notebooks ---------------------------------------------------------------------


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_notebook_keeps_the_outputs_of_its_cells(name: str) -> None:
    def form(text: str) -> str:  # of the run's first line, without numbers and colours
        return re.sub(r"#[0-9a-f]{6}|[-\d.]+", "#", text.partition("\n")[0])[:60]

    here, there = kept(name), ran(name)
    assert [bool(text) for text in here] == [bool(text) for text in there]
    if name == "neuron.ipynb":  # nothing in it is trained
        assert [form(text) for text in here] == [form(text) for text in there]


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_notebook_is_valid_and_small(name: str) -> None:
    path = EXAMPLES / name
    notebook = json.loads(path.read_text(encoding="utf-8"))
    assert (notebook["nbformat"], notebook["nbformat_minor"]) == (4, 5)
    ids = [cell["id"] for cell in notebook["cells"]]
    assert len(set(ids)) == len(ids)
    counts = [cell["execution_count"] for cell in notebook["cells"] if "outputs" in cell]
    assert counts == list(range(1, len(counts) + 1))  # run once, from top to bottom
    assert path.stat().st_size < 100_000
    nbformat = pytest.importorskip("nbformat")
    nbformat.validate(nbformat.from_dict(notebook))


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_notebook_says_nothing_of_the_machine_that_ran_it(name: str) -> None:
    notebook = json.loads((EXAMPLES / name).read_text(encoding="utf-8"))
    assert notebook["metadata"] == {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    assert all(cell["metadata"] == {} for cell in notebook["cells"])
    text = (EXAMPLES / name).read_text(encoding="utf-8")
    assert not re.search(r"/home/|/tmp/|/Users/|[A-Z]:\\\\|site-packages", text)


# -- the index ----------------------------------------------------------------------------------


def test_the_index_lists_every_example() -> None:
    index = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    assert sorted(re.findall(r"\]\(([\w.]+)\)", index)) == sorted(PROGRAMS + NOTEBOOKS)


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_says_how_to_run_it(name: str) -> None:
    source = (EXAMPLES / name).read_text(encoding="utf-8")
    assert source.startswith('"""')
    run = "glassnet train examples/own_recipes.py:matrix-autoencoder"
    assert (
        f"Run it with `{run if name == 'own_recipes.py' else f'python examples/{name}'}`." in source
    )
    assert len(source.splitlines()) <= 50
