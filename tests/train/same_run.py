"""Whether two runs came to the same: in every bit, or up to rounding."""

from pathlib import Path
from typing import Any

import numpy as np

from glassnet.models import load_checkpoint
from glassnet.nn import Array


def assert_identical(one: Path | str, other: Path | str) -> None:
    """Assert that two checkpoints hold the same arrays."""
    ours, theirs = _arrays_of(one), _arrays_of(other)
    assert ours.keys() == theirs.keys()
    for name, value in ours.items():
        np.testing.assert_array_equal(value, theirs[name], err_msg=name)


def assert_close(one: Path | str, other: Path | str) -> None:
    """Assert that no array differs by more than 1e-9: norm of the difference over norm."""
    ours, theirs = _arrays_of(one), _arrays_of(other)
    assert ours.keys() == theirs.keys()
    for name, value in ours.items():
        assert np.linalg.norm(theirs[name] - value) <= 1e-9 * np.linalg.norm(value), name


def assert_same_run(one: str, other: str) -> None:
    """Assert that two folders hold the same last checkpoint, in all but times, and the same log."""
    assert_identical(f"{one}/last.npz", f"{other}/last.npz")
    ours, theirs = (load_checkpoint(f"{folder}/last.npz") for folder in (one, other))
    assert _without_times(ours.history) == _without_times(theirs.history)
    assert _without_times([ours.progress]) == _without_times([theirs.progress])
    assert Path(one, "log.csv").read_bytes() == Path(other, "log.csv").read_bytes()


def _without_times(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    times = ("seconds", "epoch_seconds")
    return [{key: v for key, v in entry.items() if key not in times} for entry in entries]


def _arrays_of(path: Path | str) -> dict[str, Array]:
    checkpoint = load_checkpoint(path)
    return checkpoint.weights | checkpoint.training
