import ast

import pytest

from glassnet.nn.mutation.mutants import mutants


def changes(source: str) -> set[str]:
    return {mutant.after for mutant in mutants(source)}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("a + b", {"a - b"}),
        ("(a) * (b)", {"(a) / (b)"}),
        ("a @ b", {"b @ a"}),
        ("a // b % c", {"a * b % c", "a // b * c"}),
        ("-a", {"+a"}),
        ("b = not a", {"b =  a"}),
        ("a < b", {"a <= b", "a >= b"}),
        ("a == b != c", {"a != b != c", "a == b == c"}),
        ("a is not None", {"a is None"}),
        ("a not in b", {"a in b"}),
        ("a and b and c", {"a or b and c", "a and b or c"}),
        ("a[t]", {"a[t - 1]"}),
        ("a[m:n]", {"a[:n]", "a[m:]"}),
        ("a[..., 1]", {"a[..., 2]"}),
        ("a.sum(axis=0)", {"a.sum(axis=1)", "a.sum()", "a.mean(axis=0)"}),
        ("a.prod(-1)", {"a.prod(+1)", "a.prod(-2)"}),
        ("a.reshape(-1, n)", {"a.reshape(+1, n)", "a.reshape(n, -1)"}),
        ("f(b=c, *d, **e)", {"f(*d, **e)"}),
        ("f((a), b=c, d=e)", {"f((a), d=e)", "f((a), b=c)"}),
        ("f(b=c,)", {"f()"}),
        ("f(a, stacklevel=2)", set()),
        ("cast('A', 1)", set()),
        ("a.copy()", {"a"}),
        (
            "np.einsum('tn,nk->tk', a)",
            {
                "np.einsum('nt,nk->tk', a)",
                "np.einsum('tn,kn->tk', a)",
                "np.einsum('tn,nk->kt', a)",
                "np.einsum(a, 'tn,nk->tk')",
            },
        ),
        ("a.transpose((b, c))", {"a.transpose((c, b))"}),
        ("np.maximum(a)", {"np.minimum(a)"}),
        ("max(a)", {"min(a)"}),
        ("a.all()", {"a.any()"}),
        ("np.add(a)", {"np.subtract(a)"}),
        ("a.add(b)", set()),
        ("a.T", {"a"}),
        ("a.transpose(b, c)", {"a.transpose(c, b)"}),
        ("f(a, b, c)", {"f(b, a, c)", "f(a, c, b)"}),
        ("f(*a, b)", set()),
        ("f(0.5)", {"f(1.0)"}),
        ("f(0.0)", {"f(1.0)"}),
        ("f(True)", {"f(False)"}),
        ("b if a else c", {"b if not (a) else c"}),
        ("'text'", set()),
        ("f'{a + 1}'", set()),
        ("'σ', a + b", {"'σ', a - b"}),
    ],
)
def test_expressions(line: str, expected: set[str]) -> None:
    assert changes(line) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("a = b", {"pass"}),
        ("f()", {"pass"}),
        ("a += b", {"pass", "a = b", "a -= b"}),
        ("a *= b", {"pass", "a = b", "a /= b"}),
        ("a @= b", {"pass", "a = b"}),
        ("raise ValueError('a' + 'b')", {"pass"}),
        ("return a", set()),
        ("a: int | None = b", set()),
        ("if a: return", {"if not (a): return"}),
    ],
)
def test_statements_in_a_function(line: str, expected: set[str]) -> None:
    assert changes(f"def f():\n    {line}\n") == expected


def test_what_is_no_code_is_left_alone() -> None:
    source = '''"""Text."""
from a import b
__all__ = ["a" + "b"]
@decorated(1)
def f(a: int | float) -> list[1 | 2]:
    """Text."""
'''
    assert mutants(source) == []


def test_lines_stay_where_they_are() -> None:
    call = ["a.g(", "    1,  # +", "    a", "    # a comment with - and +", "    + 2,", ")"]
    source = "\n    ".join(["def f(a):", *call, ""])
    found = mutants(source)
    assert {m.after for m in found} == {"pass", "2,  # +", "- 2,", "+ 3,", "a"}
    assert {m.line for m in found} == {2, 3, 6}
    for mutant in found:
        assert mutant.source.count("\n") == source.count("\n")
        assert mutant.source.splitlines()[mutant.line - 1].strip() == mutant.after
        assert source.splitlines()[mutant.line - 1].strip() == mutant.before
        ast.parse(mutant.source)


def test_each_mutant_says_which_lines_reach_it() -> None:
    source = """A = 1
def f(a, b=2):
    if a > (
        3
    ):
        return g(
            4
        )
class B:
    C = 5
    def f(self):
        return 6
"""
    places = {m.after: (m.first, m.last, m.inside) for m in mutants(source)}
    assert places["A = 2"] == (1, 1, False)
    assert places["def f(a, b=3):"] == (2, 8, True)  # who calls f sees its defaults
    assert places["if a >= ("] == places["4"] == (3, 5, True)
    assert places["5"] == (6, 8, True)
    assert places["C = 6"] == (10, 10, False)
    assert places["return 7"] == (12, 12, True)


def test_imports_for_type_checkers_are_left_alone() -> None:
    source = "if TYPE_CHECKING:\n    from a import b\n\nx = 1 + 2\n"
    assert {mutant.line for mutant in mutants(source)} == {4}
