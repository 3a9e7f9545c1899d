"""Neural networks that one can look into. In a clone the parts of this package lie beside it."""

from pathlib import Path

__version__ = "0.1.0"

if not (Path(__file__).parent / "nn").is_dir():  # a clone, not an installed wheel
    __path__.append(str(Path(__file__).resolve().parent.parent))
