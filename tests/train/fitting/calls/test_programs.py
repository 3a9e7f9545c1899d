"""`fit` in scripts: Ctrl-C, several workers without a guard, progress."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.train.fitting.calls.small import fitted


def run_script(script: str, tmp_path: Path) -> subprocess.CompletedProcess[str]:
    (tmp_path / "script.py").write_text(script)
    return subprocess.run(
        [sys.executable, "script.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[4])},
    )


SCRIPT = """
import os, signal
import numpy as np
from glassnet.nn import Dense, Dropout, ReLU, Sequential, softmax_cross_entropy
from glassnet.train import fit

x = np.random.default_rng(5).standard_normal((64, 4)).astype(np.float32)
targets = (x[:, 0] > x[:, 1]).astype(np.int64)

def train(**options):
    network = Sequential(Dense(4, 8), ReLU(), Dropout(0.25), Dense(8, 2))
    history = fit(network, softmax_cross_entropy, options.pop("data", (x, targets)), batch=16,
                  epochs=3, learning_rate=0.02, validation=(x, targets), **options)
    return network, history
"""


def test_a_script_without_a_guard_trains_with_several_workers(tmp_path: Path) -> None:
    script = """
one, first = train(metrics=["accuracy"], ema=0.5)
two, second = train(metrics=["accuracy"], ema=0.5, workers=2)
np.testing.assert_allclose(one.theta, two.theta, rtol=1e-4, atol=1e-6)
np.testing.assert_allclose(first["validation_loss"], second["validation_loss"], rtol=1e-4)
batches = [(x[i:i + 16], targets[i:i + 16]) for i in range(0, 64, 16)]
one, _ = train(data=batches)
two, _ = train(data=batches, workers=3)
np.testing.assert_allclose(one.theta, two.theta, rtol=1e-4, atol=1e-6)
two.theta += 1  # its own memory
one, two = (Sequential(Dense(4, 2)).initialize(np.random.default_rng(1), float) for _ in range(2))
for network, workers in ((one, 1), (two, 2)):
    fit(network, softmax_cross_entropy, (x, targets), workers=workers, progress=False)
np.testing.assert_allclose(one.theta, two.theta, rtol=1e-12, atol=1e-14)
print("one run of the script", len(second))
"""
    done = run_script(SCRIPT + script, tmp_path)
    assert done.stdout == "one run of the script 3\n", done.stderr
    assert "2 workers" in done.stderr


def test_what_only_the_script_knows_is_not_sent_to_workers(tmp_path: Path) -> None:
    script = """
def my_loss(output, answers):
    return softmax_cross_entropy(output, answers)

network = Sequential(Dense(4, 2))
try:
    fit(network, my_loss, (x, targets), workers=2)
except Exception as error:
    print(type(error).__name__, error)
fit(network, my_loss, (x, targets), epochs=1, progress=False)
"""
    done = run_script(SCRIPT + script, tmp_path)
    assert done.stdout == (
        "UsageError my_loss is defined in the program that runs: several workers can only use what "
        "they can import, so move it to a file of its own, or say workers=1\n"
    ), done.stderr


def test_control_c_returns_what_there_is(tmp_path: Path) -> None:
    script = """
def stop(epoch):
    if epoch["epoch"] == 2:
        os.kill(os.getpid(), signal.SIGINT)

_, history = train(callback=stop, save="run", workers=2)
print(history.finished, len(history), sorted(os.listdir("run")))
"""
    done = run_script(SCRIPT + script, tmp_path)
    assert done.stdout == "False 2 ['best.npz', 'last.npz', 'log.csv']\n", done.stderr
    line = "stopped after update 9 of 12; saved run/last.npz, and resume goes on from there"
    assert line in done.stderr


def test_progress_is_shown_without_a_terminal_or_not_at_all(
    capsys: pytest.CaptureFixture[str],
) -> None:
    fitted(progress=True, epochs=2)
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "Sequential: 58 parameters, 23 examples, 5 updates an epoch, 1 worker"
    assert [line[:9] for line in lines[1:]] == ["epoch 1/2", "epoch 2/2"]
    fitted(epochs=2)
    assert capsys.readouterr().err == ""
