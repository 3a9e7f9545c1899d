"""Networks whose layers keep statistics: they are trained, saved and resumed like weights."""

from pathlib import Path
from typing import Any

import numpy as np

from glassnet.models import load, save
from glassnet.nn import BatchNorm, Dense, ReLU, Sequential
from glassnet.train import predict
from tests.train.fitting.calls.small import data, fitted
from tests.train.fitting.calls.test_programs import SCRIPT, run_script


def network() -> Sequential:
    return Sequential(Dense(4, 8), BatchNorm(8), ReLU(), Dense(8, 2))


def test_statistics_are_saved_and_resumed(tmp_path: Path) -> None:
    options: dict[str, Any] = {"validation": data(9), "restore_best": True}
    whole, _ = fitted(network(), save=tmp_path / "whole", **options)
    fitted(network(), save=tmp_path / "parts", epochs=2, **options)
    again, _ = fitted(network(), save=tmp_path / "parts", resume=True, **options)
    for name, value in whole.arrays.items():
        np.testing.assert_array_equal(again.arrays[name], value)
    save(whole, tmp_path / "n.npz")
    x = data()[0]
    np.testing.assert_array_equal(predict(load(tmp_path / "n.npz"), x), predict(whole, x))
    best = load(tmp_path / "whole" / "best.npz")
    np.testing.assert_array_equal(predict(best, x), predict(whole, x))


def test_several_workers_begin_with_the_statistics_of_the_first(tmp_path: Path) -> None:
    script = """
import copy
from glassnet.nn import BatchNorm

first = Sequential(Dense(4, 8), BatchNorm(8), ReLU(), Dense(8, 2))
options = {"batch": 16, "epochs": 2, "progress": False, "optimizer": "sgd"}
fit(first, softmax_cross_entropy, (x, targets), **options)
second = copy.deepcopy(first)
fit(first, softmax_cross_entropy, (x, targets), **options)
fit(second, softmax_cross_entropy, (x, targets), workers=2, **options)
for name, value in first.arrays.items():
    np.testing.assert_allclose(second.arrays[name], value, rtol=1e-4, atol=1e-6)
print("alike")
"""
    done = run_script(SCRIPT + script, tmp_path)
    assert done.stdout == "alike\n", done.stderr
