import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from glassnet import __version__
from glassnet.__main__ import SUBCOMMANDS, main, sample, train, visualize

ROOT = Path(__file__).parents[2]


def test_help_and_version(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in ([], ["--help"], ["-h"]):
        assert main(arguments) == 0
        output, errors = capsys.readouterr()
        assert errors == ""
        for name, command in SUBCOMMANDS.items():
            assert f"  {name}" in output
            assert command.purpose in output
        assert all(len(line) <= 80 for line in output.splitlines())
    assert main(["--version"]) == 0
    assert capsys.readouterr() == (f"glassnet {__version__}\n", "")


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("trian", "there is no command trian; did you mean train?"),
        ("vis", "there is no command vis; did you mean visualize?"),
        (
            "quux",
            "there is no command quux; choose from train, sample, visualize, evaluate, convert, "
            "learn",
        ),
        ("--quux", "there is no option --quux; --help lists the commands"),
        ("--vresion", "there is no option --vresion; did you mean --version?"),
    ],
)
def test_mistyped_command(word: str, message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([word]) == 2
    assert capsys.readouterr() == ("", f"glassnet: {message}\n")


@pytest.mark.parametrize("name", SUBCOMMANDS)
def test_every_subcommand_has_help(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with contextlib.suppress(SystemExit):  # of those that are not in the frame yet
        assert main([name, "--help"]) == 0
    assert capsys.readouterr().out.startswith("usage: glassnet")


def test_commands_with_a_name_of_their_own(capsys: pytest.CaptureFixture[str]) -> None:
    assert train(["--list"]) == 0
    assert "shakespeare " in capsys.readouterr().out
    for command in (sample, visualize):
        assert command(["/no/such.npz"]) == 1
        assert "/no/such.npz: there is no such file" in capsys.readouterr().err


def python(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=60
    )


def test_help_does_without_numpy() -> None:
    code = (
        "import sys; from glassnet.__main__ import main; main(['--help']); main(['--version']); "
        "sys.exit('numpy' in sys.modules)"
    )
    assert python("-c", code).returncode == 0


def test_module_and_scripts() -> None:
    assert python("-m", "glassnet", "--version").stdout == f"glassnet {__version__}\n"
    for script in ("_training.py", "_sample.py", "_visualize.py"):
        assert python(script, "--help").stdout.startswith("usage: glassnet")


@pytest.mark.parametrize("script", ["_training.py", "_sample.py", "_visualize.py"])
def test_interrupted_while_numpy_is_imported(script: str, tmp_path: Path) -> None:
    # A NumPy that takes its time, and swallows exceptions.
    (tmp_path / "numpy.py").write_text(
        "import time\nprint('importing', flush=True)\n"
        "try:\n    time.sleep(60)\nexcept BaseException:\n    pass\n"
    )
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        running = subprocess.Popen(
            [sys.executable, str(ROOT / script)],
            env=os.environ | {"PYTHONPATH": str(tmp_path)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
    finally:
        signal.signal(signal.SIGINT, before)
    assert running.stdout is not None
    assert running.stdout.readline() == b"importing\n"
    time.sleep(0.05)
    running.send_signal(signal.SIGINT)
    assert running.communicate(timeout=30)[1] == b""
    assert running.returncode == 130
