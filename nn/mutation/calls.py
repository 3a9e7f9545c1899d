"""Changes of calls: keywords left out, another function, other subscripts of a sum."""

import ast
import re
from collections.abc import Iterator
from itertools import pairwise

# What a method or function is exchanged for, and those of NumPy alone (`set.add` is no sum).
OTHERS = {
    "all": "any",
    "any": "all",
    "min": "max",
    "max": "min",
    "argmin": "argmax",
    "argmax": "argmin",
    "sum": "mean",
    "mean": "sum",
}
OTHERS_OF_NUMPY = {
    "add": "subtract",
    "subtract": "add",
    "multiply": "divide",
    "divide": "multiply",
    "minimum": "maximum",
    "maximum": "minimum",
    "zeros": "ones",
    "ones": "zeros",
    "zeros_like": "ones_like",
    "ones_like": "zeros_like",
    "floor": "ceil",
    "ceil": "floor",
    "logical_and": "logical_or",
    "logical_or": "logical_and",
}
OTHERS_BUILT_IN = {"min": "max", "max": "min", "all": "any", "any": "all"}
COMMUTATIVE = {"max", "min", "maximum", "minimum", "add", "multiply", "array_equal", "hypot"}
OF_TYPES = {"TypeVar", "ParamSpec", "NewType", "cast"}  # calls that compute nothing
OF_MESSAGES = {"stacklevel"}  # keywords that say where a warning points to


def name_of(call: ast.Call) -> str:
    """The last part of what is called: sum of x.sum() and of np.sum(x)."""
    match call.func:
        case ast.Attribute(_, name) | ast.Name(name):
            return name
    return ""


def other_function(call: ast.Call) -> str | None:
    """The name to call instead of the last part of `call.func`, if there is one."""
    match call.func:
        case ast.Attribute(ast.Name("np"), name):
            return {**OTHERS, **OTHERS_OF_NUMPY}.get(name)
        case ast.Attribute(_, name):
            return OTHERS.get(name)
        case ast.Name(name):
            return OTHERS_BUILT_IN.get(name)
    return None


def other_subscripts(call: ast.Call) -> Iterator[str]:
    """The subscripts of np.einsum with two neighbours exchanged, in an operand or the result."""
    if name_of(call) == "einsum" and call.args and isinstance(call.args[0], ast.Constant):
        text = str(call.args[0].value)
        for match in re.finditer(r"(?=([a-zA-Z])([a-zA-Z]))", text):
            if match[1] != match[2]:
                start = match.start()
                yield text[:start] + match[2] + match[1] + text[start + 2 :]


def exchanged(call: ast.Call) -> Iterator[tuple[ast.expr, ast.expr]]:
    """Neighbouring arguments to exchange."""
    for place, pair in enumerate(pairwise(call.args)):
        same = name_of(call) in COMMUTATIVE and (place == 0 or name_of(call) in OTHERS_BUILT_IN)
        if not same and not any(isinstance(argument, ast.Starred) for argument in pair):
            yield pair


def axes(call: ast.Call) -> Iterator[tuple[ast.expr, ast.expr]]:
    """Neighbouring axes of a transposition by a tuple, to exchange."""
    if name_of(call) == "transpose":
        for argument in call.args:
            if isinstance(argument, ast.Tuple):
                yield from pairwise(argument.elts)


def equivalent(call: ast.Call) -> Iterator[ast.AST]:
    """Constants of a call that may as well be others: any negative length of reshape."""
    if name_of(call) == "reshape":
        for argument in ast.walk(call):
            match argument:
                case ast.UnaryOp(ast.USub(), ast.Constant(1)):
                    yield argument.operand
