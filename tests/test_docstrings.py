"""The docstring of every public class and function is complete, and its examples run.

Public is what a module lists in `__all__`. The form is numpydoc's with a section of our own,
`Shapes`, which the package numpydoc would reject; reading the form takes a few lines.
`pytest tests/test_docstrings.py -k Dense` tests the names that have Dense in them.
"""

import ast
import dataclasses
import doctest
import functools
import importlib
import inspect
import re
import textwrap
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

from glassnet.nn import Layer
from tests.test_house import FILES
from tests.test_layout import dotted

SECTIONS = {  # and what an entry of the section begins with
    "Parameters": "name : type",
    "Returns": "type",
    "Yields": "type",
    "Raises": "exception",
    "Shapes": "- name: shape",
    "Attributes": "name : type",
    "Notes": "",
    "References": "",
    "Examples": "",
}


# -- reading a docstring ------------------------------------------------------------------------


class Docstring(NamedTuple):
    summary: str  # the first paragraph
    sections: dict[str, str]  # the text below each underlined title, in their order
    repeated: list[str]


def parse(text: str) -> Docstring:
    parts = re.split(r"^(\w[\w ]*)\n-{3,}\n", inspect.cleandoc(text), flags=re.MULTILINE)
    titles = parts[1::2]
    repeated = sorted({title for title in titles if titles.count(title) > 1})
    summary = parts[0].split("\n\n")[0].strip()
    return Docstring(summary, dict(zip(titles, parts[2::2], strict=True)), repeated)


def entries(section: str) -> dict[str, str]:
    """What begins at the margin of a section, and the indented lines below it."""
    parts = re.split(r"^(\S.*)\n?", section.strip("\n"), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def documented(sections: dict[str, str], title: str) -> dict[str, tuple[str, str]]:
    """Type and description of each name in a section of entries `name, other : type`."""
    found = {}
    for head, description in entries(sections.get(title, "")).items():
        names, _, kind = head.partition(" : ")
        for name in names.split(", "):
            found[name.strip()] = (kind, description.strip())
    return found


# -- the rules ----------------------------------------------------------------------------------


def complaints(thing: Any, own: bool = True) -> list[str]:
    """What is wrong with the docstring of a class or function; of a method if not `own`."""
    text = vars(thing).get("__doc__") if isinstance(thing, type) else thing.__doc__
    name = getattr(thing, "__name__", "")
    if not text or text.startswith(f"{name}("):  # what dataclass and NamedTuple make
        return ["no docstring"]
    docstring = parse(text)
    found = wrong_form(docstring) + wrong_parameters(thing, docstring.sections)
    found += missing_raises(thing, docstring.sections)
    if not isinstance(thing, type):
        found += missing_returns(thing, docstring)
    if own:
        found += missing_shapes(thing, docstring.sections)
        examples = doctest.DocTestParser().get_examples(docstring.sections.get("Examples", ""))
        if not any(example.want for example in examples):
            found.append("Examples: missing, or without output")
    if isinstance(thing, type):
        for name, method in public_methods(thing):
            found += [f"{name}: {complaint}" for complaint in complaints(method, own=False)]
    return found


def wrong_form(docstring: Docstring) -> list[str]:
    found = [f"{title}: stands there twice" for title in docstring.repeated]
    found += [f"{title}: not a section" for title in docstring.sections.keys() - SECTIONS.keys()]
    there = [title for title in docstring.sections if title in SECTIONS]
    if there != [title for title in SECTIONS if title in there]:
        found.append(f"sections: not in the order {', '.join(SECTIONS)}")
    if not docstring.summary.endswith((".", ":")):
        found.append("the first paragraph ends without a full stop")
    for title in ("Parameters", "Attributes"):
        for name, (kind, description) in documented(docstring.sections, title).items():
            if not kind or not description:
                found.append(f"{title}: {name} needs a type and, indented below, a description")
    for title in ("Returns", "Yields", "Raises"):
        for head, description in entries(docstring.sections.get(title, "")).items():
            if not description.strip():
                found.append(f"{title}: {head!r} needs a description, indented below")
    for head in entries(docstring.sections.get("Shapes", "")):
        if not re.match(r"- [^:]+: \S", head):
            found.append(f"Shapes: {head!r} is not `- name: shape`")
    return found


def parameters(thing: Any) -> dict[str, inspect.Parameter]:
    """The parameters that a caller gives, by their name (with stars) in the docstring."""
    stars: dict[object, str] = {
        inspect.Parameter.VAR_POSITIONAL: "*",
        inspect.Parameter.VAR_KEYWORD: "**",
    }
    given = dict(inspect.signature(thing).parameters)
    if not isinstance(thing, type):
        given.pop("self", None)
        given.pop("cls", None)
    return {stars.get(parameter.kind, "") + name: parameter for name, parameter in given.items()}


def wrong_parameters(thing: Any, sections: dict[str, str]) -> list[str]:
    if isinstance(thing, type) and (
        issubclass(thing, BaseException) or getattr(thing, "_is_protocol", False)
    ):
        return []
    there = documented(sections, "Parameters")
    record = dataclasses.is_dataclass(thing) or hasattr(thing, "_fields")
    if record and not there:  # what is only read has attributes
        there = documented(sections, "Attributes")
    expected = parameters(thing)
    if isinstance(thing, type):
        for base in filter(dataclasses.is_dataclass, thing.__mro__[1:]):  # it documents its fields
            expected = {name: p for name, p in expected.items() if name not in parameters(base)}
    found = [f"Parameters: {name} is missing" for name in expected.keys() - there.keys()]
    if not record:
        found += [f"Parameters: {name} does not exist" for name in there.keys() - expected.keys()]
    for name, parameter in expected.items():
        optional = parameter.default is not inspect.Parameter.empty
        if optional and name in there and not re.search("default|optional", there[name][0]):
            found.append(f"Parameters: {name} needs `, default VALUE` (or `, optional`)")
    order = [name for name in there if name in expected]
    if order != [name for name in expected if name in order]:
        found.append(f"Parameters: not in the order of the signature, {', '.join(expected)}")
    return sorted(found)


@functools.cache
def body(function: Any) -> tuple[ast.AST, ...]:
    """The nodes of a function, without those of functions inside it."""
    (tree,) = ast.parse(textwrap.dedent(inspect.getsource(function))).body
    nested = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
    found: list[ast.AST] = []
    waiting = list(ast.iter_child_nodes(tree))
    while waiting:
        node = waiting.pop()
        found.append(node)
        waiting += [] if isinstance(node, nested) else ast.iter_child_nodes(node)
    return tuple(found)


def missing_returns(function: Any, docstring: Docstring) -> list[str]:
    nodes = body(function)
    yields = any(isinstance(node, ast.Yield | ast.YieldFrom) for node in nodes)
    returns = any(isinstance(node, ast.Return) and node.value is not None for node in nodes)
    title = "Yields" if yields else "Returns"
    if not (yields or returns) or title in docstring.sections:
        return []
    if not parameters(function) and docstring.summary.startswith("Return "):
        return []  # "Return the number of parameters." says it all
    return [f"{title}: missing"]


def missing_raises(thing: Any, sections: dict[str, str]) -> list[str]:
    functions = [thing]
    if isinstance(thing, type):  # the class speaks for the methods that have no docstring
        functions = [f for f in vars(thing).values() if inspect.isfunction(f) and not f.__doc__]
        functions = [f for f in functions if f.__name__[0] != "_" or "init__" in f.__name__]
    there = " ".join(entries(sections.get("Raises", "")))
    raised = set()
    for function in functions:
        if Path(inspect.getfile(function)).suffix == ".py":  # not what dataclass has made
            raised |= {
                name
                for node in body(inspect.unwrap(function))
                if isinstance(node, ast.Raise) and node.exc is not None
                for name in re.findall(r"^[\w.]*?(\w+)\(", ast.unparse(node.exc))
                if name != "NotImplementedError" and name[0].isupper()
            }
    return [f"Raises: {name} is missing" for name in sorted(raised) if name not in there]


def missing_shapes(thing: Any, sections: dict[str, str]) -> list[str]:
    if isinstance(thing, type):
        arrays = issubclass(thing, Layer) and thing is not Layer
    else:
        annotations = " ".join(str(a) for a in inspect.get_annotations(thing).values())
        arrays = bool(re.search(r"\bArray\b|\bndarray\b|\bNDArray\b", annotations))
    return ["Shapes: missing"] if arrays and "Shapes" not in sections else []


def public_methods(cls: type) -> list[tuple[str, Any]]:
    """The methods that a class adds to its bases; what overrides theirs is documented there."""
    found = []
    for name, value in vars(cls).items():
        function = getattr(value, "__func__", value)
        inherited = any(hasattr(base, name) for base in cls.__mro__[1:])
        if inspect.isfunction(function) and name[0] != "_" and not inherited:
            found.append((name, function))
    return found


# -- everything public holds to them ------------------------------------------------------------


def public_names() -> dict[str, Any]:
    """The classes and functions in the `__all__` of any module, by the module that defines them."""
    found = {}
    for path in FILES:
        if path.stem == "__main__":
            continue
        module = importlib.import_module(dotted(path))
        for name in getattr(module, "__all__", ()):
            thing = getattr(module, name)
            if isinstance(thing, type) or inspect.isfunction(thing):
                found[f"{thing.__module__}.{thing.__qualname__}"] = thing
    return {name: found[name] for name in sorted(found) if name.startswith("glassnet.")}


PUBLIC = public_names()


everything = pytest.mark.parametrize(
    "thing", [pytest.param(thing, id=name) for name, thing in PUBLIC.items()]
)


@everything
def test_docstring(thing: Any) -> None:
    found = complaints(thing)
    if found:
        pytest.fail("\n".join(found), pytrace=False)


@everything
def test_examples(
    thing: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each example imports what it uses beside its own name, so that a reader can copy it."""
    monkeypatch.chdir(tmp_path)
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
    finder = doctest.DocTestFinder(exclude_empty=True)
    for test in finder.find(thing, thing.__qualname__, globs={thing.__name__: thing}):
        runner.run(test)
    if runner.failures:
        pytest.fail(capsys.readouterr().out, pytrace=False)


def test_there_is_something_public() -> None:
    assert len(PUBLIC) > 50
    assert "glassnet.nn.layers.dense.Dense" in PUBLIC


# -- and the rules find what breaks them --------------------------------------------------------


def good(x: np.ndarray, rate: float = 0.5) -> np.ndarray:
    """Scale an array.

    Parameters
    ----------
    x : array
        What is scaled.
    rate : float, default 0.5
        The factor.

    Returns
    -------
    array
        The product.

    Raises
    ------
    ValueError
        If the rate is 0.

    Shapes
    ------
    - x: any
    - y: as x

    Examples
    --------
    >>> good(np.ones(2))
    array([0.5, 0.5])
    """
    if not rate:
        raise ValueError("the rate is 0")
    return x * rate


def test_a_good_docstring_is_no_complaint() -> None:
    assert complaints(good) == []


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("Scale an array.", "Scale an array", "the first paragraph ends without a full stop"),
        (
            "Scale an array.\n\n    Parameters\n",
            "Scale.\n\n    Arguments\n",
            "Arguments: not a sec",
        ),
        ("    x : array\n        What is scaled.\n", "", "Parameters: x is missing"),
        ("    x : array\n", "    y : array\n", "Parameters: y does not exist"),
        (
            "x : array\n        What is scaled.\n",
            "x : what is scaled.\n",
            "Parameters: x needs a",
        ),
        (", default 0.5", "", "Parameters: rate needs `, default VALUE`"),
        ("    Returns\n", "    Notes\n", "Returns: missing"),
        ("        The product.\n", "", "Returns: 'array' needs a description"),
        ("ValueError\n", "TypeError\n", "Raises: ValueError is missing"),
        ("    Shapes\n", "    Notes\n", "Shapes: missing"),
        ("    - x: any\n", "    - x (any)\n", "Shapes: '- x (any)' is not `- name: shape`"),
        ("    Raises\n", "    Shapes\n", "Shapes: stands there twice"),
        ("    array([0.5, 0.5])\n", "", "Examples: missing, or without output"),
    ],
)
def test_a_bad_docstring_is_found(
    old: str, new: str, complaint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = good.__doc__ or ""
    assert text.count(old) == 1
    monkeypatch.setattr(good, "__doc__", text.replace(old, new))
    assert any(found.startswith(complaint) for found in complaints(good)), complaints(good)


def test_sections_have_an_order(monkeypatch: pytest.MonkeyPatch) -> None:
    text = (good.__doc__ or "").replace("Returns\n    -------", "Notes\n    -----")
    monkeypatch.setattr(good, "__doc__", text)
    assert complaints(good)[0].startswith("sections: not in the order Parameters, Returns")
