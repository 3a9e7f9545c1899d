import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from glassnet.learn.reader import ReaderError, opened


def failure(path: Path, source: str | bytes, *arguments: object) -> str:
    """What is told when a file with this source is run and its function `f` is called."""
    path.write_bytes(source if isinstance(source, bytes) else source.encode())
    with pytest.raises(ReaderError) as caught, opened(path) as reader:
        reader.function("f")(*arguments)
    return str(caught.value)


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("def f(x:\n    return x", "task.py, line 1: '(' was never closed\n  def f(x:"),
        ("def f():\nreturn 1", "task.py, line 2: expected an indented block after function def"),
        ("x = 1\nprint(y)", "task.py, line 2: NameError: name 'y' is not defined\n  print(y)"),
        ("import missing_module", "task.py, line 1: ModuleNotFoundError: No module named 'missing"),
        ("exit(3)", "task.py, line 1: SystemExit: 3\n  exit(3)"),
        ("x = 1", "task.py: the function f is missing"),
        ("f = 1", "task.py: the function f is missing"),
        ("# nothing\n\ndef f(x): ...", "task.py, line 3: f must take 0 arguments, as it did at f"),
        ("def f():\n    return 1 / 0", "task.py, line 2: ZeroDivisionError: division by zero"),
        ("def f(): return f()", "task.py, line 1: RecursionError: maximum recursion depth exc"),
        (
            "def f():\n    a = ...\n    return a + 1",
            "task.py, line 3: nothing is filled in yet for a",
        ),
        ("def f():\n    a, b = ...\n", "task.py, line 2: nothing is filled in yet\n  a, b = ..."),
        (
            "def f():\n    g = {'a': ...}\n    g['a'] * 2",
            "task.py, line 3: this meets a `...` that is not filled in yet\n  g['a'] * 2",
        ),
        ("def f():\n    raise KeyError", "task.py, line 2: KeyError\n  raise KeyError"),
        (b"x = '\xff'", "task.py, line 1: (unicode error)"),
        (b"x = 1\0", "task.py: "),
    ],
)
def test_what_goes_wrong_is_told_with_its_line(
    source: str | bytes, told: str, tmp_path: Path
) -> None:
    assert failure(tmp_path / "task.py", source).startswith(told)


def test_shapes_are_told(tmp_path: Path) -> None:
    source = "def f(dy, W):\n    n = 2\n    return dy @ W  # and n"
    message = failure(tmp_path / "task.py", source, np.ones((4, 2)), np.ones((3, 2)))
    where, code, shapes = message.splitlines()
    assert where == (
        "task.py, line 3: ValueError: in a matrix product the first factor has 2 columns, and the "
        "second 3 rows"
    )
    assert (code, shapes) == ("  return dy @ W  # and n", "  dy (4, 2), W (3, 2)")


@pytest.mark.parametrize(
    ("code", "values"),
    [
        ("hs, t = [x], 1\n    hs[t]", "hs of length 1, t = 1"),
        ("d = {'x': x, 1: None}\n    d['dx'] + x", "d {'x' (2,), 1}, x (2,)"),
        ("d = {i: x for i in range(99)}\n    d['dx']", "d of length 99"),
        ("text, n = 'a', 'long ' * 9\n    text[x], n", "text = 'a', x (2,), n of length 45"),
        ("d, k = {}, 'W'\n    d[k] = (\n        x @ d[k])", "d {}, k = 'W', x (2,)"),
    ],
)
def test_values_are_told(code: str, values: str, tmp_path: Path) -> None:
    message = failure(tmp_path / "task.py", f"def f(x):\n    {code}", np.ones(2))
    assert message.splitlines()[-1] == f"  {values}"


def test_a_statement_of_several_lines_is_told_whole(tmp_path: Path) -> None:
    message = failure(tmp_path / "task.py", "def f():\n    return min(  # of nothing\n        1)")
    assert message.splitlines()[1] == "  return min(1)"


def test_the_line_of_the_file_that_is_checked_is_told_too(tmp_path: Path) -> None:
    (tmp_path / "task1.py").write_text("def g(x):\n    return -x\ndef h(x):\n    return g(x)\n")
    message = failure(tmp_path / "task2.py", "from task1 import h\ndef f():\n    return h('a')\n")
    assert message.splitlines()[3:] == [
        "  called in task1.py, line 4: return g(x)",
        "  called in task2.py, line 3: return h('a')",
    ]


def test_an_error_in_another_file_of_the_folder_is_told_there(tmp_path: Path) -> None:
    (tmp_path / "task1.py").write_text("def g(x):\n    return x.missing\n")
    message = failure(tmp_path / "task2.py", "from task1 import g\ndef f(): return g(1)")
    assert message.startswith("task1.py, line 2: AttributeError: 'int' object has no attribute")


def test_arguments_that_are_written_to_are_told(tmp_path: Path) -> None:
    source = "def f(a, dy):\n    dy += a\n    return dy"
    message = failure(tmp_path / "task.py", source, np.ones(2), np.ones(2))
    assert message.startswith("task.py: f changes dy, which belongs to its caller\n")


def test_files_are_read_anew_and_forgotten(tmp_path: Path) -> None:
    path, other = tmp_path / "task2.py", tmp_path / "task1.py"
    path.write_text("from task1 import value\ndef f(): return value")
    for value in (1, 2):
        other.write_text(f"value = {value}\n")
        with opened(path) as reader:
            assert reader.function("f")() == value
            assert reader.imported("task1.py")
            assert not reader.imported("task3.py")
        assert "task1" not in sys.modules
        assert str(tmp_path) not in sys.path
    assert not (tmp_path / "__pycache__").exists()


def test_warnings_of_numpy_are_not_shown(tmp_path: Path) -> None:
    path = tmp_path / "task.py"
    path.write_text("import numpy as np\ndef f(): return np.exp(np.array([1e4]))")
    with opened(path) as reader:
        assert reader.function("f")() == np.inf


def test_a_loop_without_an_end_is_ended(tmp_path: Path) -> None:
    path = tmp_path / "task.py"
    path.write_text(
        "def f():\n    while True:\n        try:\n            1 / 0\n        except: 0\n"
    )
    code = (
        "from pathlib import Path; from glassnet.learn.reader import opened\n"
        f"with opened(Path({str(path)!r}), 0.3) as reader: reader.function('f')()"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert run.returncode == 1
    assert run.stderr == ""
    assert run.stdout.startswith("task.py, line ")
    assert run.stdout.endswith(": still running after 0.3 seconds: does a loop never end?\n")


def test_the_line_that_called_is_told_as_well(tmp_path: Path) -> None:
    source = "def g(z):\n    return -z\n\ndef f():\n    return g([1])"
    assert failure(tmp_path / "task.py", source).splitlines()[1:] == [
        "  return -z",
        "  z of length 1",
        "  called in task.py, line 5: return g([1])",
    ]
