from pathlib import Path

import pytest

from glassnet.learn import finale
from glassnet.learn.command import main
from glassnet.learn.tasks import TASKS
from glassnet.learn.tasks.task import Task
from glassnet.models import SHIPPED
from glassnet.train import load_text
from tests.learn.solved import solved, write_solved

every_task = pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which a reader has begun."""
    monkeypatch.chdir(tmp_path)
    assert main(["start"]) == 0
    return tmp_path / "afternoon"


def said(capsys: pytest.CaptureFixture[str], *words: str, status: int = 0) -> str:
    """What a command prints on either stream; every line fits a terminal, but for code."""
    capsys.readouterr()
    assert main(words) == status
    captured = capsys.readouterr()
    assert not (captured.out and captured.err)
    assert "Traceback" not in captured.out + captured.err
    assert words[:1] == ("solution",) or max(map(len, captured.out.splitlines()), default=0) <= 80
    return captured.out + captured.err


def test_start_says_what_it_wrote(
    capsys: pytest.CaptureFixture[str], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "already, and stay as they were: 6." in said(capsys, "start")
    (folder / TASKS[2].file).unlink()
    text = said(capsys, "start")
    assert "Written into afternoon/:\n\n  task3_lstm_step.py\n\n" in text
    assert "already, and stay as they were: 5." in text
    assert "so go there: cd other" in said(capsys, "start", "other")
    assert (Path("other") / TASKS[0].file).exists()


def test_the_list_shows_the_progress(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    text = said(capsys)
    for task in TASKS:
        assert f"\n  {task.number}  {task.title}\n" in text
    assert "Next: afternoon/task1_dense.py, then `glassnet learn check 1`." in text
    write_solved(folder, up_to=1)
    said(capsys, "check", "1")
    (folder / TASKS[1].file).write_text("pass")
    lines = said(capsys).splitlines()
    assert [line.split()[-1] for line in lines if line.startswith("  ")][:2] == ["right", "begun"]
    assert lines[-1].startswith("Next: afternoon/task2_")


def test_before_the_start(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path / "empty")
    assert said(capsys).endswith("`glassnet learn start` writes the files into afternoon/.\n")
    for action in ("check", "hint", "train"):
        text = said(capsys, action, status=1)
        assert text.startswith("glassnet learn: there are no task files here; ")


@every_task
def test_an_untouched_file_is_told_kindly(task: Task, capsys: pytest.CaptureFixture[str]) -> None:
    text = said(capsys, "check", str(task.number), status=1)
    assert text.startswith(f"{task.file}: nothing is filled in yet.")
    assert f"`glassnet learn hint {task.number}` helps to begin" in " ".join(text.split())


@every_task
def test_what_the_solution_prints_is_right(
    task: Task, capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    printed = said(capsys, "solution", str(task.number))
    assert all(f"def {function.__name__}(" in printed for function in task.solution)
    write_solved(folder, up_to=task.number - 1)
    path = folder / task.file
    path.write_text(path.read_text(encoding="utf-8") + printed, encoding="utf-8")
    text = said(capsys, "check", f"afternoon/{task.file}", status=0 if task.number < 6 else 1)
    if task.number < 6:
        assert text.startswith(f"{task.file}: right.")
    else:
        assert "Now train: `glassnet learn train`" in text
    assert not (folder / "__pycache__").exists()


def test_check_without_a_task_is_about_the_next(
    capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    write_solved(folder)
    for task in TASKS[:5]:
        assert said(capsys, "check").startswith(f"{task.file}: right.")
    assert said(capsys, "check", status=1).startswith("task6_neuron.py: not done yet")


def test_a_wrong_gradient(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    path = folder / TASKS[0].file
    path.write_text(solved(TASKS[0]).replace("dy.sum(axis=0)", "dy.mean(axis=0)"))
    text = said(capsys, "check", "1", status=1)
    assert text.startswith("task1_dense.py: not right yet\n\n  db  wrong: at [")
    assert "\n  dx  right\n  dW  right\n\ndb is the mean over the examples" in text
    assert "begun" in said(capsys)


def test_a_file_that_needs_another_says_so(
    capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    write_solved(folder)
    (folder / TASKS[2].file).write_text("def lstm_step_forward(): ...\nlstm_step_backward = 1")
    text = said(capsys, "check", "4", status=1)
    assert text.startswith("task4_bptt.py uses task3_lstm_step.py, which is not right yet.")
    assert "task5_truncation.py uses task3_lstm_step.py" in said(capsys, "check", "5", status=1)


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("def dense_backward(dy, x, W:", "task1_dense.py, line 1: '(' was never closed"),
        (
            "def dense_backward(dy, x, W):\n    return dy @ x",
            "task1_dense.py, line 2: ValueError: ",
        ),
        ("def dense_backward(dy, x, W):\n    return 5", "task1_dense.py: not right yet"),
        ("", "task1_dense.py: the function dense_backward is missing"),
    ],
)
def test_code_that_does_not_run(
    source: str, told: str, capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    (folder / TASKS[0].file).write_text(source)
    text = said(capsys, "check", "1", status=1)
    assert text.startswith(told)
    assert "`glassnet learn hint 1` helps." in text


def test_hints_come_one_after_the_other(capsys: pytest.CaptureFixture[str]) -> None:
    for number in range(1, len(TASKS[0].hints) + 1):
        text = said(capsys, "hint", "1")
        assert text.startswith(f"Hint {number} of {len(TASKS[0].hints)} for task 1, ")
    assert "That was the last. `glassnet learn solution 1`" in text
    assert said(capsys, "hint").startswith("Hint 5 of 5 for task 1")


@every_task
def test_hints_fit_a_terminal(task: Task, capsys: pytest.CaptureFixture[str]) -> None:
    for _ in task.hints:
        said(capsys, "hint", task.file)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["chekc"], "there is no action chekc; did you mean check?"),
        (["quux"], "there is no action quux; choose from start, check, hint, solution, train"),
        (["--quux"], "there is no option --quux; choose from start, check, hint, solution, train"),
        (["check", "--all"], "there is no option --all; --help lists the actions"),
        (["check", "1", "2"], "unexpected argument '2'"),
        (["check", "7"], "there is no task 7; they are 1 to 6"),
        (["hint", "0"], "there is no task 0; they are 1 to 6"),
        (["train", "soon"], "MINUTES must be a positive number, not 'soon'"),
        (["train", "nan"], "MINUTES must be a positive number, not 'nan'"),
    ],
)
def test_wrong_usage(words: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, *words, status=2) == f"glassnet learn: {message}\n"


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("notes.py", "notes.py: its name should begin with task1, task2, ... or task6"),
        ("task1.py", "task1.py: there is no such file; `glassnet learn start` writes it"),
    ],
)
def test_wrong_files(word: str, message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, "check", word, status=1) == f"glassnet learn: {message}\n"


def test_help(capsys: pytest.CaptureFixture[str]) -> None:
    for words in (["--help"], ["-h"], ["check", "--help"]):
        text = said(capsys, *words)
        assert text.startswith("usage: glassnet learn [ACTION]\n")
        assert "\n  check [TASK]     Say what is right" in text


def test_training(
    capsys: pytest.CaptureFixture[str], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sample = load_text(str(SHIPPED / "sample.txt"))
    monkeypatch.setattr(finale, "text_to_learn", lambda: sample)
    assert "nothing is filled in yet" in said(capsys, "train", status=1)
    write_solved(folder, up_to=4)
    (folder / TASKS[5].file).write_text(solved(TASKS[5]))
    assert "uses task5_truncation.py, which" in said(capsys, "train", status=1)
    write_solved(folder)
    wrong = solved(TASKS[5]).replace("-np.log(p[ids])", "np.log(p[ids])")
    (folder / TASKS[5].file).write_text(wrong)
    assert "The loss has the wrong sign" in said(capsys, "train", status=1)
    guess = "\n\ndef guess(text):\n    return [letter in 'aeiou' for letter in text]\n"
    (folder / TASKS[5].file).write_text(solved(TASKS[5]) + guess)
    text = said(capsys, "train", "0.05")
    assert "Counting characters has a loss of 3." in text
    assert "\n0:0" in text
    assert "\n  glassnet sample afternoon/network.npz\n" in text
    text = said(capsys, "check", "6")
    assert "neuron.html, in the same folder" in text
    assert text.endswith("That was the last task.\n")
    for task in TASKS[:5]:
        said(capsys, "check", str(task.number))
    assert said(capsys).endswith("All six are right.\n")


def test_the_page_shows_what_is_printed(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    page = (Path(__file__).parents[2] / "docs/tutorial/learn.md").read_text(encoding="utf-8")
    path = folder / TASKS[0].file
    source = path.read_text(encoding="utf-8").replace("dW = ...", "dW = x.T @ dy")
    source = source.replace("db = ...", "db = dy.mean(axis=0)")
    for dx in ("dx = dy @ W.T", "dx = dy.T @ W"):
        path.write_text(source.replace("dx = ...", dx), encoding="utf-8")
        text = said(capsys, "check", "1", status=1)
        assert text.removesuffix("\n`glassnet learn hint 1` helps.\n") in page
    for task in TASKS:
        assert f"`{task.file}`" in page
