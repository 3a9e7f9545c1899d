"""The comparison of what the reader's function returns with what is right.

Gradients are compared with the exact check, by a complex step, other numbers with the plain
version. What differs is then looked up among the mistakes that are often made.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from glassnet.learn.mistakes import Variant
from glassnet.learn.reader import UnfilledError
from glassnet.nn import Array
from glassnet.nn.gradcheck.derivatives import Function

TOLERANCE = 1e-12  # of exact gradients, as in nn.gradcheck
_FLOOR = 1e-2  # relative errors count from this size on, as there
GATES = ("input gate", "forget gate", "output gate", "candidate")
_GATED = {"Wx", "Wh", "b", "dWx", "dWh", "db"}  # of an LSTM, these have columns for each gate

Named = dict[str, object]
"""What a function returns, by the names that reports use, such as "dW"."""


@dataclass
class Report:
    """What a check has found.

    Parameters
    ----------
    right : dict of str to float
        The largest relative error of each tensor that is right.
    unfilled : list of str
        The tensors that are still `...`.
    wrong : dict of str to str
        What is wrong with each other tensor, in a line.
    explanations : list of str
        The mistakes that lead to just these numbers.
    todo : list of str
        What is still to be done, beside filling in.
    notes : list of str
        What else there is to say.
    """

    right: dict[str, float] = field(default_factory=dict)
    unfilled: list[str] = field(default_factory=list)
    wrong: dict[str, str] = field(default_factory=dict)
    explanations: list[str] = field(default_factory=list)
    todo: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        """Everything is filled in, right and done."""
        return not (self.unfilled or self.wrong or self.todo)

    @property
    def error(self) -> float:
        """The largest relative error of what is right."""
        return max(self.right.values(), default=0.0)

    def add(self, other: Report) -> None:
        """Take over what another part of the check has found.

        Parameters
        ----------
        other : Report
            It.
        """
        for name, error in other.right.items():
            self.right[name] = max(error, self.right.get(name, 0.0))
        self.unfilled += [name for name in other.unfilled if name not in self.unfilled]
        self.wrong |= other.wrong
        self.right = {name: error for name, error in self.right.items() if name not in self.wrong}
        self.explanations += [text for text in other.explanations if text not in self.explanations]
        self.todo += other.todo
        self.notes += other.notes


def named(returned: object, *names: str) -> Named:
    """Give names to what a function returns: a dict of gradients, or a tuple.

    Parameters
    ----------
    returned : object
        A dict that has "W" for "dW"; a tuple with as many entries as there are names; or one thing.
    *names : str
        The names.

    Returns
    -------
    dict of str to object
        What is there; entries that are missing are left out. Without a `return` all are None.
    """
    if returned is None:
        return dict.fromkeys(names)
    if isinstance(returned, dict):
        return {name: returned[name[1:]] for name in names if name[1:] in returned}
    values = returned if isinstance(returned, tuple) else (returned,)
    return dict(zip(names, values, strict=False))


def exact_gradients(
    function: Callable[..., Array], tensors: Mapping[str, Array], weights: Array
) -> dict[str, Array]:
    """Return the gradients of Σ weights · function(**tensors), by a complex step for each element.

    Parameters
    ----------
    function : callable
        It takes the tensors by name and returns an array.
    tensors : mapping of str to array
        Where to differentiate.
    weights : array
        The gradient of the loss for what the function returns.

    Returns
    -------
    dict of str to array
        The gradient for each tensor, named "dW" for "W".

    Shapes
    ------
    - weights: that of what the function returns
    """

    def gradient(name: str, tensor: Array) -> Array:
        moved = Function(
            lambda value: function(**{**tensors, name: value}).ravel(), weights.ravel()
        )
        found = np.empty(tensor.shape)
        for index in np.ndindex(tensor.shape):
            unit = np.zeros(tensor.shape)
            unit[index] = 1.0
            found[index] = moved.complex_step(tensor, unit)
        return found

    return {f"d{name}": gradient(name, tensor) for name, tensor in tensors.items()}


def compare(
    run: Callable[[Callable[..., Any]], Named],
    readers: Callable[..., object],
    right: Mapping[str, Array],
    variants: Callable[..., Sequence[Variant]],
    *,
    tolerance: float = TOLERANCE,
) -> Report:
    """Compare what the reader's function returns with what is right.

    Parameters
    ----------
    run : callable
        It calls a function with the numbers of this check, and names what it returns.
    readers : callable
        The reader's function.
    right : mapping of str to array
        What is right, by the same names.
    variants : callable
        It returns wrong variants of the right function; with `together=2` those that have two
        mistakes at once, with `together=0` those that have a slip anywhere.
    tolerance : float, default 1e-12
        The largest relative error allowed.

    Returns
    -------
    Report
        What is right, what is wrong, and which of the variants explain it.
    """
    report, found = Report(), {}
    try:
        given = run(readers)
    except UnfilledError as error:
        return Report(unfilled=list(right), notes=[str(error).replace("\n  ", "\n\n    ")])
    for name, expected in right.items():
        value = given.get(name)
        parts = value if isinstance(value, tuple | list) else (value,)
        if any(part is ... for part in parts):
            report.unfilled.append(name)
            continue
        array, complaint = _array(name, value, expected, name in given)
        if array is not None:
            found[name] = array
        if array is None or complaint:
            report.wrong[name] = complaint
            continue
        errors = _errors(array, expected)
        if np.all(errors <= tolerance):
            report.right[name] = float(np.max(errors, initial=0.0))
        else:
            report.wrong[name] = _difference(name, array, expected, errors)
    if all(value is None for value in given.values()):
        report.explanations = ["The function returns None. Does it end with `return`?"]
    elif report.wrong:
        wrong = {name: found[name] for name in report.wrong if name in found}
        report.explanations = (
            explain(wrong, right, run, variants())
            or explain(wrong, right, run, variants(together=0))
            or explain(wrong, right, run, variants(together=2))
            or [text for name in wrong if (text := _pattern(name, wrong[name], right[name]))]
        )
    return report


def explain(
    wrong: Mapping[str, Array],
    right: Mapping[str, Array],
    run: Callable[[Callable[..., Any]], Named],
    variants: Sequence[Variant],
) -> list[str]:
    """Return what is wrong with arrays: first the mistake that explains most of them, and so on.

    Parameters
    ----------
    wrong : mapping of str to array
        What the reader's function returned, where it is wrong.
    right : mapping of str to array
        What is right.
    run : callable
        As in `compare`.
    variants : sequence of Variant
        Wrong functions.

    Returns
    -------
    list of str
        Explanations; none if nothing here leads to such numbers.

    Shapes
    ------
    - wrong, right: any
    """
    expected, given = _parts(right), _parts(wrong)
    remaining = {part for part in given if not _agrees(part, given, expected)}
    explained: dict[str, tuple[set[str], int]] = {}  # parts alike, and how many parts are not
    for explanation, function in variants:
        try:
            with np.errstate(all="ignore"), warnings.catch_warnings():
                warnings.simplefilter("ignore")  # such as that of a mean of nothing
                results = {name: np.asarray(value, float) for name, value in run(function).items()}
        except Exception:  # the variant does not work with these shapes: it was not this one
            continue
        parts = _parts(results)
        alike = {part for part in remaining if _agrees(part, given, parts)}
        if alike:
            changed = {part for part in expected if not _agrees(part, expected, parts)}
            explained[explanation] = alike, len(changed - alike)
    texts = []
    while explained:
        best = max(explained, key=lambda text: _rank(*explained[text], remaining))
        alike, _ = explained.pop(best)
        if not alike & remaining:
            break
        texts.append(best)
        remaining -= alike
    return texts


def _rank(alike: set[str], others: int, remaining: set[str]) -> tuple[bool, int, int]:
    """Return how much a variant explains.

    One that changes nothing else comes first: another one would also show where it does not.
    """
    return others == 0, len(alike & remaining), -others


# -- single arrays --------------------------------------------------------------------------------


def _array(name: str, value: object, expected: Array, there: bool) -> tuple[Array | None, str]:
    """Return what was given as an array if it can be one, and a complaint if it does not fit."""
    if not there:
        return None, "it is missing in what is returned"
    if value is None:
        return None, "it is None"
    try:
        array = np.asarray(value)
    except ValueError:  # lists of different lengths
        return None, "its parts have different shapes"
    if array.dtype.kind not in "iufb":
        return None, f"it holds {type(value).__name__}s that are no numbers"
    array = array.astype(np.float64)
    if array.shape != expected.shape:
        wanted = str(expected.shape) if expected.shape else "(), of a single number"
        return array, f"its shape is {array.shape}, and should be {wanted}"
    return array, ""


def _errors(value: Array, expected: Array) -> Array:
    """Return the relative error of each element, as `nn.gradcheck` defines it; NaN as infinite."""
    typical = float(np.linalg.norm(expected)) / max(expected.size, 1) ** 0.5
    least = max(typical, _FLOOR)
    with np.errstate(all="ignore"):
        sizes = np.maximum(np.maximum(np.abs(value), np.abs(expected)), least)
        errors = np.asarray(np.abs(value - expected) / sizes)
    return np.asarray(np.nan_to_num(errors, nan=np.inf, posinf=np.inf))


def _difference(name: str, value: Array, expected: Array, errors: Array) -> str:
    """Return where an array is wrong, and by how much."""
    worst = np.unravel_index(int(np.argmax(errors)), errors.shape)
    at = f"at {[int(i) for i in worst]} it is " if errors.shape else "it is "
    how_far = f", {errors[worst]:.0%} off" if errors[worst] >= 0.01 else ""
    if not how_far:
        how_far = f", a relative error of {errors[worst]:.1e}"
    if not np.isfinite(value[worst]):
        how_far = ""
    text = f"{at}{value[worst]:.6g} and should be {expected[worst]:.6g}{how_far}"
    blocks = _parts({name: errors})
    wrong = [part for part, block in blocks.items() if np.any(block > TOLERANCE)]
    if len(wrong) < len(blocks):
        *first, last = (part.removeprefix(f"{name} ") for part in wrong)
        gates = f"{', '.join(first)} and {last}" if first else last
        text += f"; only the columns of the {gates} are wrong"
    return text


def _parts(arrays: Mapping[str, Array]) -> dict[str, Array]:
    """Cut the arrays that have columns for four gates into those, so that each is explained."""
    parts = {}
    for name, array in arrays.items():
        if name in _GATED and array.ndim and array.shape[-1] % 4 == 0:
            for gate, block in zip(GATES, np.split(array, 4, axis=-1), strict=True):
                parts[f"{name} {gate}"] = block
        else:
            parts[name] = array
    return parts


def _agrees(part: str, one: Mapping[str, Array], other: Mapping[str, Array]) -> bool:
    """Return whether a part is in two sets of arrays, and the same."""
    return part in one and part in other and _same(one[part], other[part])


def _same(a: Array, b: Array) -> bool:
    """Return whether two arrays are equal up to rounding; NaN equals NaN.

    It is called ten thousand times in a check, and `np.allclose` is slow for small arrays.
    """
    if a.shape != b.shape:
        return False
    with np.errstate(invalid="ignore"):
        close = (np.abs(a - b) <= 1e-12 + 1e-9 * np.abs(b)) & np.isfinite(b)
    return bool(close.all() or (close | (a == b) | (np.isnan(a) & np.isnan(b))).all())


def _pattern(name: str, value: Array, right: Array) -> str:
    """Return what can be said about a wrong array by itself, or nothing."""
    if value.T.shape == right.shape and value.ndim > 1 and _same(value.T, right):
        return f"{name} is the transpose of what it should be."
    if value.size == right.size and _same(value.ravel(), right.ravel()):
        return f"{name} has the right numbers in the wrong shape."
    if value.shape != right.shape or not np.all(np.isfinite(value)):
        return ""
    if not np.any(value):
        return f"{name} is zero everywhere."
    if np.all(_errors(value, right) < 1e-6):
        return (
            f"{name} is nearly right. Is something rounded, such as by float32, or is a small "
            "number added? It is compared to the last digits."
        )
    if np.any(right):
        factor = float(np.sum(value * right) / np.sum(right * right))
        if factor == -1 or _same(value, -right):
            return f"{name} has the wrong sign everywhere."
        simple = min(abs(part - round(part)) for part in (factor, 1 / (factor or np.inf))) < 1e-9
        if _same(value, factor * right) and (simple or value.size > 1):
            return f"{name} is {factor:.6g} times what it should be, everywhere."
    return ""
