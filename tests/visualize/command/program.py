"""Run `glassnet visualize` in a test, in this process or on a terminal."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from glassnet.visualize.command.main import main

ROOT = Path(__file__).parents[3]


def run(*arguments: object) -> int:
    """Run the command in this process and return its exit status."""
    return main([str(argument) for argument in arguments])


def fails(capsys: pytest.CaptureFixture[str], *arguments: object, status: int = 1) -> str:
    """Run the command, which must fail with one line, and return that line."""
    assert run(*arguments) == status
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("glassnet visualize: ")
    assert captured.err.count("\n") == 1
    return captured.err.strip()


def on_a_terminal(arguments: list[str], **environment: str) -> str:
    """Run the command in a process of its own on a terminal, and return what it wrote there."""
    pty = pytest.importorskip("pty")
    ours, theirs = pty.openpty()
    inherited = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "COLORTERM")}
    with subprocess.Popen(
        [sys.executable, str(ROOT / "_visualize.py"), *arguments],
        stdout=theirs,
        stderr=subprocess.PIPE,
        env={**inherited, "TERM": "xterm", "COLUMNS": "10", **environment},
    ) as process:
        os.close(theirs)
        written = b""
        while True:
            try:
                part = os.read(ours, 4096)
            except OSError:  # Linux says so when the other end is closed
                break
            if not part:
                break
            written += part
        os.close(ours)
        assert process.stderr is not None
        assert process.stderr.read() == b""
    assert process.returncode == 0
    return written.decode().replace("\r\n", "\n")
