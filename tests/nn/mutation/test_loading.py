import sys
from collections.abc import Callable
from pathlib import Path
from types import FunctionType

import pytest

from glassnet.nn.mutation.loading import ClosureChangedError, forget, functions, replace, serve

SOURCE = """
def adder(a):
    def add(b):
        return a + b
    return add

class Pair:
    def both(self):
        return [f(1) for f in (lambda x: x + 1, lambda x: x + 2)]

    @property
    def one(self):
        return 1

PLUS = [lambda x: x + 1, lambda x: x + 2]
ADD = adder(1)
"""


@pytest.fixture
def module(tmp_path: Path) -> dict[str, Callable[..., object]]:
    namespace: dict[str, Callable[..., object]] = {"__name__": "made"}  # type: ignore[dict-item]
    exec(compile(SOURCE, str(tmp_path / "made.py"), "exec"), namespace)
    return namespace


@pytest.fixture
def of_module(module: object, tmp_path: Path) -> list[FunctionType]:
    return functions()[str(tmp_path / "made.py")]


def changed(old: str, new: str) -> str:
    assert old in SOURCE
    return SOURCE.replace(old, new, 1)


def test_functions_that_exist_get_the_changed_code(
    module: dict[str, Callable[..., object]], of_module: list[FunctionType]
) -> None:
    assert replace(of_module, SOURCE, changed("a + b", "a - b")) == 2
    assert module["ADD"](1) == 0
    add = module["adder"](3)
    assert callable(add)
    assert add(1) == 2


def test_properties_and_lambdas_are_changed_too(
    module: dict[str, Callable[..., object]], of_module: list[FunctionType]
) -> None:
    replace(of_module, SOURCE, changed("return 1", "return 2"))
    assert module["Pair"]().one == 2  # type: ignore[attr-defined]
    replace(
        of_module,
        SOURCE,
        changed(
            "PLUS = [lambda x: x + 1, lambda x: x + 2]", "PLUS = [lambda x: x + 1, lambda x: x - 2]"
        ),
    )
    assert [f(1) for f in module["PLUS"]] == [2, -1]  # type: ignore[attr-defined]


def test_an_unchanged_text_changes_nothing(of_module: list[FunctionType]) -> None:
    assert replace(of_module, SOURCE, SOURCE) == 0
    assert replace(of_module, SOURCE, changed("adder(1)", "adder(2)")) == 0
    assert replace([], SOURCE, changed("a + b", "a - b")) == 0


def test_other_variables_of_the_function_around_are_an_error(
    of_module: list[FunctionType],
) -> None:
    with pytest.raises(ClosureChangedError):
        replace(of_module, SOURCE, changed("a + b", "b + b"))


def test_a_text_is_served_in_the_place_of_its_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "served_module.py"
    file.write_text("NUMBER = 1\n", encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))

    def number() -> object:
        return __import__("served_module").NUMBER

    assert number() == 1
    serve(file, "NUMBER = 2\n")
    assert number() == 1
    forget(tmp_path)
    assert number() == 2
    forget(tmp_path)
    assert "served_module" not in sys.modules
    assert "pytest" in sys.modules
