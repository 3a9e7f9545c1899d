"""Wrong variants of a class or function, made by changing one place in its source."""

import inspect
import sys
from collections.abc import Callable
from typing import Any


def mutant(kind: Callable[..., Any], old: str, new: str) -> Any:
    """Return `kind` with the one occurrence of `old` in its source replaced by `new`."""
    source = inspect.getsource(kind)
    assert source.count(old) == 1, f"{old!r} stands {source.count(old)} times in {kind.__name__}"
    namespace = dict(vars(sys.modules[kind.__module__]))
    exec(compile(source.replace(old, new), f"<mutant of {kind.__name__}>", "exec"), namespace)
    return namespace[kind.__name__]
