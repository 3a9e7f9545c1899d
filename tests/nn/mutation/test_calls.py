import ast

import pytest

from glassnet.nn.mutation import calls


def call(text: str) -> ast.Call:
    statement = ast.parse(text).body[0]
    assert isinstance(statement, ast.Expr)
    assert isinstance(statement.value, ast.Call)
    return statement.value


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("np.zeros(3)", "ones"),
        ("a.zeros(3)", None),
        ("a.sum()", "mean"),
        ("sum(a)", None),
        ("min(a)", "max"),
        ("a[0](1)", None),
    ],
)
def test_functions_to_call_instead(text: str, other: str | None) -> None:
    assert calls.other_function(call(text)) == other


def test_subscripts_to_use_instead() -> None:
    assert list(calls.other_subscripts(call("np.einsum('abb,...c->c')"))) == ["bab,...c->c"]
    assert list(calls.other_subscripts(call("np.einsum(a, 'ab')"))) == []
    assert list(calls.other_subscripts(call("np.sum('ab')"))) == []


def test_axes_to_exchange() -> None:
    pairs = calls.axes(call("x.transpose((1, 0, 2))"))
    assert [(ast.unparse(a), ast.unparse(b)) for a, b in pairs] == [("1", "0"), ("0", "2")]
    assert list(calls.axes(call("x.sum((1, 0))"))) == []


def test_lengths_that_may_as_well_be_others() -> None:
    assert len(list(calls.equivalent(call("x.reshape(-1, 1)")))) == 1
    assert list(calls.equivalent(call("x.sum(-1)"))) == []


def test_arguments_to_exchange() -> None:
    def pairs(text: str) -> list[tuple[str, str]]:
        return [(ast.unparse(a), ast.unparse(b)) for a, b in calls.exchanged(call(text))]

    assert pairs("f(a, b, *c, d)") == [("a", "b")]
    assert pairs("max(a, b, c)") == []
    assert pairs("np.add(a, b, c)") == [("b", "c")]
