"""Each benchmark runs on this version; a short form of those that are quick enough."""

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest

from glassnet import nn
from glassnet.models.kinds import NETWORKS

BENCHMARKS = Path(__file__).resolve().parents[1] / "benchmarks"
PROGRAMS = sorted(
    str(path.relative_to(BENCHMARKS))
    for path in BENCHMARKS.rglob("*.py")
    if "def main" in path.read_text("utf-8")
)
SHORT = {
    "interop/pytorch.py": (["--count", "3"], "3 of 3 |"),
    "layers/elementwise.py": (["--rounds", "1", "--only", "GELU"], "| GELU, tanh | 1280"),
    "layers/sequences.py": (
        ["--rounds", "1", "--steps", "4", "--units", "16", "--streams", "6"],
        "| MultiHeadAttention, causal | 20 × 16 × 8 |",
    ),
    "lstm_sampling.py": (["--rounds", "1", "--length", "5", "--counts", "1", "4"], "4 at once is"),
    "lstm_training.py": (
        ["--rounds", "1", "--updates", "3", "--streams", "4"],
        "peak GFLOP/s",
    ),
}


def run(name: str, *arguments: str) -> str:
    return subprocess.run(
        [sys.executable, str(BENCHMARKS / name), *arguments],
        check=True,
        capture_output=True,
        text=True,
    ).stdout


@pytest.mark.parametrize("name", PROGRAMS)
def test_help(name: str) -> None:
    for module in ("torch", "keras"):
        needed = f"\nimport {module}" in (BENCHMARKS / name).read_text("utf-8")
        if needed and importlib.util.find_spec(module) is None:
            pytest.skip(f"needs {module}")
    assert "usage:" in run(name, "--help")


@pytest.mark.slow
def test_gradients_of_everything_agree_with_a_complex_step() -> None:
    printed = run("gradient_agreement.py", "--quick", "--units", "16")
    names = [
        name
        for name, thing in vars(nn).items()
        if isinstance(thing, type) and issubclass(thing, nn.Layer)
    ]
    for name in {*names, *NETWORKS} - {"Layer", "Sequential", "variational-autoencoder-deconv"}:
        assert re.search(rf"^\| {name}[ ,]", printed, re.MULTILINE), name
    for loss in ("softmax_cross_entropy", "sigmoid_binary_cross_entropy", "mean_squared_error"):
        assert f"| {loss} |" in printed


@pytest.mark.slow
@pytest.mark.parametrize("name", SHORT)
def test_short_form(name: str) -> None:
    arguments, expected = SHORT[name]
    printed = run(name, *arguments)
    assert expected in printed
    assert ("PyTorch" in printed) == (importlib.util.find_spec("torch") is not None)


@pytest.mark.slow
def test_random_cells_in_files_of_other_frameworks() -> None:
    for module in ("keras", "torch", "h5py", "onnx", "onnxruntime"):
        pytest.importorskip(module)
    assert run("interop/formats.py", "--count", "2").count("2 of 2 |") == 5
