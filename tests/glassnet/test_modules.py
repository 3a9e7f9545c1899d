import sys
from pathlib import Path

import pytest

from glassnet.modules import ModuleError, add_recipes, import_file
from glassnet.options import Parser


@pytest.fixture(autouse=True)
def restored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", list(sys.path))


def test_a_file_runs_once_and_may_import_what_is_beside_it(tmp_path: Path) -> None:
    (tmp_path / "beside_it.py").write_text("size = 3\n")
    path = tmp_path / "own_file.py"
    path.write_text("from beside_it import size\nruns = []\nruns.append(size)\n")
    module = import_file(path)
    assert import_file(str(path)) is module
    assert module.runs == [3]
    assert sys.modules["own_file"] is module  # where dataclasses look for it
    assert sys.path.count(str(tmp_path)) == 1


def test_a_relative_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("relative_file.py").write_text("size = 4\n")
    assert import_file("relative_file.py").size == 4
    assert sys.path[0] == str(tmp_path)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("x = 1\n\ny = x / 0\n", ", line 3: ZeroDivisionError: division by zero"),
        ("def f():\n    raise KeyError\n\nf()\n", ", line 2: KeyError"),
        ("x = 1\ny = (2\n", ", line 2: SyntaxError: '(' was never closed"),
        ("import json\n\njson.loads('{')\n", ", line 3: JSONDecodeError: Expecting property name"),
        (
            "import nothing_of_this_name\n",
            ", line 1: ModuleNotFoundError: No module named 'nothing",
        ),
        ("import sys\nsys.exit(2)\n", ", line 2: SystemExit: 2"),
        ("raise ValueError('one\\ntwo')\n", ", line 1: ValueError: one"),
        (
            "from glassnet.errors import UserError\nraise UserError('--k2 is too small')\n",
            ", line 2: --k2 is too small",
        ),
    ],
)
def test_a_file_that_raises(source: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "raises.py"
    path.write_text(source)
    with pytest.raises(ModuleError) as error:
        import_file(path)
    assert str(error.value).startswith(f"{path}{message}")
    assert "\n" not in str(error.value)
    path.write_text("size = 12345\n")  # mended: it runs again
    assert import_file(path).size == 12345
    del sys.modules["raises"]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("missing.py", "there is no such file"),
        ("folder.py", "is a folder, not a Python file"),
        ("text.txt", "can't be imported by this name; use letters, digits and _, then .py"),
        ("my-file.py", "can't be imported by this name"),
        ("my.file.py", "can't be imported by this name"),
        ("json.py", "json is the name of another module, .*json.__init__.py; give this file anoth"),
        ("sys.py", "sys is the name of another module, a part of Python; give"),
    ],
)
def test_files_that_can_not_be_imported(name: str, message: str, tmp_path: Path) -> None:
    for there in ("text.txt", "my-file.py", "my.file.py", "json.py", "sys.py"):
        (tmp_path / there).write_text("raise SystemExit('it was run')\n")
    (tmp_path / "folder.py").mkdir()
    with pytest.raises(ModuleError, match=f"{name}: {message}"):
        import_file(tmp_path / name)


def test_ctrl_c_is_no_error_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "interrupted_file.py"
    path.write_text("raise KeyboardInterrupt\n")
    with pytest.raises(KeyboardInterrupt):
        import_file(path)


def test_the_option() -> None:
    parser = Parser("a command", "", "")
    add_recipes(parser)
    assert parser.parse_args([]).recipes is None
    assert parser.parse_args(["--recipes", "a.py"]).recipes == Path("a.py")
