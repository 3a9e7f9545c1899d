"""Mutants: versions of a source file that differ in one place and are likely to be wrong.

The docstrings, annotations, `__all__`, decorators and the messages of errors are left alone. Each
change keeps the number of lines, so that tracebacks and `inspect` still point to the right place.
"""

import ast
import hashlib
import re
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from glassnet.nn.mutation import calls

BINARY = {
    ast.Add: ("+", ["-"]),
    ast.Sub: ("-", ["+"]),
    ast.Mult: ("*", ["/"]),
    ast.Div: ("/", ["*"]),
    ast.FloorDiv: ("//", ["*"]),
    ast.Mod: ("%", ["*"]),
    ast.Pow: ("**", ["*"]),
    ast.BitAnd: ("&", ["|"]),
    ast.BitOr: ("|", ["&"]),
}
COMPARISONS = {
    ast.Lt: ("<", ["<=", ">="]),
    ast.LtE: ("<=", ["<", ">"]),
    ast.Gt: (">", [">=", "<="]),
    ast.GtE: (">=", [">", "<"]),
    ast.Eq: ("==", ["!="]),
    ast.NotEq: ("!=", ["=="]),
    ast.Is: ("is", ["is not"]),
    ast.IsNot: ("is not", ["is"]),
    ast.In: ("in", ["not in"]),
    ast.NotIn: ("not in", ["in"]),
}
SKIPPED = (ast.JoinedStr, ast.Import, ast.ImportFrom)


class Mutant(NamedTuple):
    """One change of a file."""

    line: int  # of the first line that differs, from 1
    before: str  # that line, stripped
    after: str
    source: str  # of the whole file, changed
    first: int  # of the lines that reach the change: its statement, or the whole function if
    last: int  # the change is in a function's first lines, such as a default value
    inside: bool  # whether it is in a function

    @property
    def digest(self) -> str:
        """A short name for this change of this text."""
        return hashlib.sha256(self.source.encode()).hexdigest()[:16]


class Edit(NamedTuple):
    """A replacement of some bytes of a text."""

    start: int  # in bytes, as ast counts
    end: int
    text: bytes


class Place(NamedTuple):
    """Where in a file an edit is."""

    first: int  # line, from 1
    last: int
    inside: bool


def mutants(source: str) -> list[Mutant]:
    """All mutants of a file, in the order of its lines; those that don't compile are left out."""
    data = source.encode()
    found = {}
    everywhere = Place(1, len(data.splitlines()), False)
    for edit, place in sorted(Finder(data).edits(ast.parse(source), everywhere)):
        changed = (data[: edit.start] + edit.text + data[edit.end :]).decode()
        try:
            compile(changed, "<mutant>", "exec")
        except SyntaxError:
            continue
        if changed != source:
            found[changed] = _difference(source, changed, place)
    return sorted(found.values())


def _difference(source: str, changed: str, place: Place) -> Mutant:
    lines = zip(source.splitlines(), changed.splitlines(), strict=True)
    number, (before, after) = next((n, pair) for n, pair in enumerate(lines, 1) if len({*pair}) > 1)
    return Mutant(number, before.strip(), after.strip(), changed, *place)


def _of_type_checking(node: ast.AST) -> bool:
    """Whether a node is the `if` of imports that only type checkers follow."""
    return isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)


class Finder:
    """Finds the places of a file to change."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.lines = [0]
        for line in data.splitlines(keepends=True):
            self.lines.append(self.lines[-1] + len(line))
        self._equivalent: set[ast.AST] = set()

    def span(self, node: ast.expr | ast.stmt | ast.keyword) -> tuple[int, int]:
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        start = self.lines[node.lineno - 1] + node.col_offset
        return start, self.lines[node.end_lineno - 1] + node.end_col_offset

    def edits(self, node: ast.AST, place: Place) -> Iterator[tuple[Edit, Place]]:
        """The changes in a node and below it, each with where it is."""
        if isinstance(node, ast.stmt):
            place = self._place(node, place)
        for edit in self._here(node, place.inside):
            yield edit, place
        for child in self._children(node):
            yield from self.edits(child, place)

    def _place(self, node: ast.stmt, around: Place) -> Place:
        assert node.end_lineno is not None
        if isinstance(node, ast.FunctionDef):
            return Place(node.lineno, node.end_lineno, True)
        body = getattr(node, "body", None)
        last = max(node.lineno, body[0].lineno - 1) if body else node.end_lineno
        return Place(node.lineno, last, around.inside)

    def _children(self, node: ast.AST) -> Iterator[ast.AST]:
        left_alone = {"annotation", "returns", "decorator_list", "bases", "exc", "msg"}
        if isinstance(node, SKIPPED):
            return
        if isinstance(node, ast.Call) and calls.name_of(node) in calls.OF_TYPES:
            return
        if isinstance(node, ast.keyword) and node.arg in calls.OF_MESSAGES:
            return
        if _of_type_checking(node):
            return
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            return
        for name, value in ast.iter_fields(node):
            if name not in left_alone:
                children = value if isinstance(value, list) else [value]
                yield from (child for child in children if isinstance(child, ast.AST))

    def _here(self, node: ast.AST, inside: bool) -> Iterator[Edit]:
        if isinstance(node, ast.Call) and calls.name_of(node) in calls.OF_TYPES:
            return
        if isinstance(node, ast.stmt):
            yield from self._statement(node, inside)
        if isinstance(node, ast.If | ast.While | ast.IfExp) and not _of_type_checking(node):
            yield from self._condition(node.test)
        match node:
            case ast.BinOp(left, ast.MatMult(), right):
                yield self._swap(left, right)
            case ast.BinOp(left, operator, right) if type(operator) in BINARY:
                yield from self._token(left, right, *BINARY[type(operator)])
            case ast.BoolOp(operator, values):
                old, new = ("and", "or") if isinstance(operator, ast.And) else ("or", "and")
                for left, right in pairwise(values):
                    yield from self._token(left, right, old, [new])
            case ast.Compare(left, operators, right):
                places = zip([left, *right], operators, right, strict=False)
                for first, comparison, second in places:
                    yield from self._token(first, second, *COMPARISONS[type(comparison)])
            case ast.UnaryOp(ast.USub()):
                start, _ = self.span(node)
                yield Edit(start, start + 1, b"+")
            case ast.UnaryOp(ast.Not()):
                start, _ = self.span(node)
                yield Edit(start, start + 3, b"")
            case ast.Constant(bool() | int() | float() as value) if node not in self._equivalent:
                yield Edit(*self.span(node), self._other(value))
            case ast.Subscript():
                yield from self._index(node.slice)
            case ast.Attribute(value, "T"):
                yield Edit(self.span(value)[1], self.span(node)[1], b"")
            case ast.Call():
                yield from self._call(node)

    def _call(self, call: ast.Call) -> Iterator[Edit]:
        self._equivalent.update(calls.equivalent(call))
        for first, second in [*calls.exchanged(call), *calls.axes(call)]:
            yield self._swap(first, second)
        for keyword in call.keywords:
            if keyword.arg is not None and keyword.arg not in calls.OF_MESSAGES:
                yield self._without(call, keyword)
        end = self.span(call.func)[1]
        if (other := calls.other_function(call)) is not None:
            yield Edit(end - len(calls.name_of(call)), end, other.encode())
        for text in calls.other_subscripts(call):
            yield Edit(*self.span(call.args[0]), repr(text).encode())
        match call:
            case ast.Call(ast.Attribute(value, "copy"), [], []):
                yield Edit(self.span(value)[1], self.span(call)[1], b"")

    def _without(self, call: ast.Call, keyword: ast.keyword) -> Edit:
        """Leave out a keyword and the comma before it, or after it if it is the first."""
        start, end = self.span(keyword)
        arguments: list[ast.expr | ast.keyword] = [*call.args, *call.keywords]
        spans = sorted(self.span(argument) for argument in arguments)
        place = spans.index((start, end))
        if place:
            start = self.data.rindex(b",", 0, start)
        else:
            end = spans[1][0] if len(spans) > 1 else self.span(call)[1] - 1
        return Edit(start, end, b"\n" * self.data[start:end].count(b"\n"))

    def _statement(self, node: ast.stmt, inside: bool) -> Iterator[Edit]:
        start, end = self.span(node)
        if isinstance(node, ast.AugAssign):
            old = next(symbol for kind, (symbol, _) in OPERATORS if isinstance(node.op, kind))
            for new in ["", *dict(BINARY.values()).get(old, [])]:
                yield from self._token(node.target, node.value, f"{old}=", [f"{new}="])
        text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        dropped = ast.Expr | ast.Assign | ast.AugAssign | ast.Raise | ast.Break | ast.Continue
        if inside and isinstance(node, dropped) and not text:
            yield Edit(start, end, b"pass" + b"\n" * self.data[start:end].count(b"\n"))

    def _condition(self, test: ast.expr) -> Iterator[Edit]:
        if isinstance(test, ast.Name | ast.Attribute | ast.Call | ast.BoolOp):
            start, end = self.span(test)
            yield Edit(start, end, b"not (" + self.data[start:end] + b")")

    def _index(self, index: ast.expr) -> Iterator[Edit]:
        for place in index.elts if isinstance(index, ast.Tuple) else [index]:
            if isinstance(place, ast.Slice):
                for bound in (place.lower, place.upper, place.step):
                    if bound is not None:
                        yield Edit(*self.span(bound), b"")
            elif isinstance(place, ast.Name):
                yield Edit(*self.span(place), f"{place.id} - 1".encode())

    def _other(self, value: bool | int | float) -> bytes:
        if isinstance(value, bool):
            return str(not value).encode()
        other = value + 1 if isinstance(value, int) or not value else 2 * value
        return repr(other).encode()

    def _swap(self, first: ast.expr, second: ast.expr) -> Edit:
        (start, stop), (again, end) = self.span(first), self.span(second)
        text = self.data[again:end] + self.data[stop:again] + self.data[start:stop]
        return Edit(start, end, text)

    def _token(
        self, left: ast.expr, right: ast.expr, old: str, replacements: list[str]
    ) -> Iterator[Edit]:
        """Replace the operator between two expressions; there may be brackets and comments."""
        start, end = self.span(left)[1], self.span(right)[0]
        between = re.sub(rb"#.*", lambda comment: b" " * len(comment[0]), self.data[start:end])
        place = start + between.index(old.encode())
        for new in replacements:
            yield Edit(place, place + len(old), new.encode())


OPERATORS = [*BINARY.items(), (ast.MatMult, ("@", []))]
