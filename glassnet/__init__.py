"""Neural networks that one can look into: a deep-learning framework from scratch on NumPy.

The parts are `glassnet.nn`, `glassnet.models`, `glassnet.train`, `glassnet.sample`,
`glassnet.visualize`, `glassnet.convert` and `glassnet.learn`. Each is imported when it is first
used, so that this takes no time. In a clone the parts lie beside this folder.
"""

from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

__version__ = "0.1.0"

_PARTS = ("convert", "learn", "models", "nn", "sample", "train", "visualize")

if not (Path(__file__).parent / "nn").is_dir():  # a clone, not an installed wheel
    __path__.append(str(Path(__file__).resolve().parent.parent))

if not TYPE_CHECKING:  # or else every misspelled name would be one

    def __getattr__(name: str) -> ModuleType:
        if name in _PARTS:
            return import_module(f"glassnet.{name}")
        raise AttributeError(f"module 'glassnet' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_PARTS})
