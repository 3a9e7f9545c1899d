from pathlib import Path

from glassnet.learn.comparison import Report
from glassnet.learn.reader import ReaderError
from glassnet.learn.tasks import TASKS
from glassnet.learn.wording import error_lines, filled, listed, untouched, verdict


def test_code_is_not_filled() -> None:
    text = filled("words " * 20 + "\n\n    a = b\n    c = d\n\nend")
    assert all(len(line) <= 79 for line in text.splitlines())
    assert "\n\n    a = b\n    c = d\n\nend" in text


def test_listed() -> None:
    assert listed([1]) == "1"
    assert listed(["a", "b", "c"]) == "a, b and c"


def test_a_verdict_names_what_is_right_wrong_and_open(tmp_path: Path) -> None:
    path = tmp_path / "task1_dense.py"
    path.write_text("a = ...\nb = ...\n\nc = ...\n")
    report = Report({"dx": 1e-16}, ["db"], {"dW": "it is None"}, notes=["A note."], todo=["Do it."])
    assert verdict(report, TASKS[0], path) == (
        "task1_dense.py: not right yet\n\n"
        "  dW  wrong: it is None\n"
        "  db  not filled in yet\n"
        "  dx  right\n\n"
        "`glassnet learn hint 1` helps.\n\n"
        "`...` still stands in lines 1-2 and 4.\n\n"
        "A note.\n\n"
        "Do it."
    )
    report = Report(wrong={"dW": "w " * 60}, explanations=["First. " * 20, "Second."])
    text = verdict(report, TASKS[0], path)
    assert all(len(line) <= 79 for line in text.splitlines())
    assert "\n\nFirst. First." in text
    assert "\n\nSecond.\n\n" in text
    assert "hint" not in text
    assert verdict(Report(todo=["Do it."]), TASKS[0], path).startswith("task1_dense.py: not done")


def test_a_return_inside_a_loop_explains_what_is_wrong(tmp_path: Path) -> None:
    path = tmp_path / "task1_dense.py"
    path.write_text("def f():\n    for t in range(3):\n        return t\n")
    text = verdict(Report(wrong={"dW": "w"}, explanations=["Other."]), TASKS[0], path)
    assert text.endswith(
        "The `return` in line 3 is inside the loop, so the loop ends in its first round."
    )
    assert "Other." not in text


def test_praise_names_the_next_file(tmp_path: Path) -> None:
    path = tmp_path / "task1_dense.py"
    text = " ".join(verdict(Report({"dx": 3e-16, "db": 0.0}), TASKS[0], path).split())
    assert "right. dx and db agree with the check to a relative error of 3e-16." in text
    assert text.endswith("task2_cross_entropy.py")
    last = verdict(Report({"loss": 0.0}, notes=["A note."]), TASKS[-1], path)
    assert "to the last digit.\n\nA note.\n\n" in last


def test_an_untouched_file_and_errors(tmp_path: Path) -> None:
    path = tmp_path / "task1_dense.py"
    path.write_text("a = ...\n")
    assert untouched(TASKS[0], path) == (
        "task1_dense.py: nothing is filled in yet. Its holes are the `...` in line 1;\n"
        "`glassnet learn hint 1` helps to begin."
    )
    text = error_lines(
        ReaderError("task1_dense.py, line 3: no\n  code\n  " + "x (2,), " * 12), TASKS[0]
    )
    assert text.startswith("task1_dense.py, line 3: no\n  code\n  x (2,), ")
    assert all(len(line) <= 79 for line in text.splitlines())
