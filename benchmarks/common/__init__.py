"""What several benchmarks use. Importing it also makes the clone's `glassnet` importable.

`python benchmarks/NAME.py` has `benchmarks/` on Python's path, but not the folder above it, where
`glassnet/` lies. So a benchmark runs in a clone that is not installed, and measures this clone.
"""

import sys
from pathlib import Path

_ROOT = str(Path(__file__).resolve().parents[2])
if _ROOT not in sys.path:
    sys.path.insert(1, _ROOT)
