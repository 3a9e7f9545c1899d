import subprocess
import sys
from pathlib import Path

import pytest

import glassnet

ROOT = Path(__file__).parents[2]


def test_parts_are_imported_when_they_are_used() -> None:
    code = (
        "import sys, glassnet; print('numpy' in sys.modules); "
        "print(glassnet.nn.Dense(2, 3).parameter_count, glassnet.train.load_text.__name__)"
    )
    command = [sys.executable, "-c", code]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert result.stdout == "False\n9 load_text\n"


def test_other_names_are_errors() -> None:
    assert {"nn", "train", "__version__"} <= set(dir(glassnet))
    with pytest.raises(AttributeError, match="module 'glassnet' has no attribute 'nm'"):
        glassnet.nm  # type: ignore[attr-defined]  # noqa: B018
