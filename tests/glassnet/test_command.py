import os
import subprocess
import sys
from pathlib import Path

import pytest

from glassnet.command import complain, run_command
from glassnet.errors import UsageError, UserError

ROOT = Path(__file__).parents[2]


def missing(path: Path) -> OSError:
    try:
        path.read_text()
    except OSError as error:
        return error
    raise AssertionError


@pytest.mark.parametrize(
    ("error", "status", "line"),
    [
        (UserError("novel.txt: is empty"), 1, "novel.txt: is empty"),
        (UsageError("--k1 must be 1"), 2, "--k1 must be 1"),
        (missing(Path("/no/such")), 1, "/no/such: No such file or directory"),
        (OSError(11, "Try again"), 1, "Try again"),
        (OSError(28, "Full"), 1, "standard output: can't be written (Full)"),
        (OSError(28, "Full", b"a.txt"), 1, "a.txt: Full"),
        (OSError("odd"), 1, "odd"),
        (MemoryError(), 1, "out of memory"),
        (MemoryError("Unable to allocate 7 GiB"), 1, "out of memory: Unable to allocate 7 GiB"),
        (KeyboardInterrupt(), 130, "interrupted"),
        (KeyboardInterrupt("a.txt is not written"), 130, "interrupted; a.txt is not written"),
        (BrokenPipeError(), 0, None),
        (SystemExit(), 0, None),
        (SystemExit(3), 3, None),
    ],
)
def test_statuses_and_lines(
    error: BaseException, status: int, line: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    def command(arguments: list[str]) -> None:
        raise error

    assert run_command("glassnet test", command, []) == status
    expected = "" if line is None else f"glassnet test: {line}\n"
    assert capsys.readouterr() == ("", expected)


def test_bugs_are_not_hidden() -> None:
    for error in (ValueError("bug"), SystemExit("text")):

        def command(arguments: list[str], error: BaseException = error) -> None:
            raise error

        with pytest.raises(type(error)):
            run_command("glassnet test", command, [])


def test_arguments(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[list[str]] = []
    monkeypatch.setattr(sys, "argv", ["program", "--list"])
    for given in (None, ("a", "b")):
        assert run_command("glassnet test", lambda words: seen.append(words), given) == 0
    assert run_command("glassnet test", lambda words: 130, []) == 130
    assert seen == [["--list"], ["a", "b"]]


def test_complaints(capsys: pytest.CaptureFixture[str]) -> None:
    complain("glassnet test", "no")
    assert capsys.readouterr() == ("", "glassnet test: no\n")


# -- output that is closed, full or read no longer ------------------------------------------------

PROGRAM = """
import sys
from glassnet.command import run_command
from glassnet.errors import UserError
def command(arguments):
    for number in range(int(arguments[0])):
        print(number, file=sys.stderr if "errors" in arguments else sys.stdout)
    if "fail" in arguments:
        raise UserError("failed")
    print("descriptor", open("/dev/null").fileno(), file=sys.stdout)
sys.exit(run_command("glassnet test", command))
"""


def shell(line: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": ""} | variables
    return subprocess.run(
        [
            "bash",
            "-c",
            f"set -o pipefail; run() {{ '{sys.executable}' -c '{PROGRAM}' $@; }}; {line}",
        ],
        capture_output=True,
        text=True,
        env=environment,
        timeout=60,
    )


bash = pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no /dev/full here")


@bash
@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize(
    "command", ["run 100000 | head -n 1", "run 100000 errors 2>&1 | head -n 1"]
)
def test_reader_that_goes_away(command: str, unbuffered: str) -> None:
    result = shell(command, PYTHONUNBUFFERED=unbuffered)
    assert (result.returncode, result.stdout, result.stderr) == (0, "0\n", "")


@bash
def test_reader_that_never_came() -> None:
    # What is printed stays in the buffer until the end.
    result = shell("run 3 | true; echo ${PIPESTATUS[0]}; run 3 fail | true; echo ${PIPESTATUS[0]}")
    assert (result.stdout, result.stderr) == ("0\n1\n", "glassnet test: failed\n")


@bash
@pytest.mark.parametrize("lines", [1, 100000])
def test_full_device(lines: int) -> None:
    result = shell(f"run {lines} > /dev/full")
    expected = "glassnet test: standard output: can't be written (No space left on device)\n"
    assert (result.returncode, result.stderr) == (1, expected)


@bash
def test_closed_streams() -> None:
    result = shell("run 3 >&- 2>&- <&-; echo $?; run 3 fail >&- <&-; echo $?; run 1 <&- | tail -1")
    assert result.stderr == "glassnet test: failed\n"
    first, second, third = result.stdout.splitlines()
    assert (first, second) == ("0", "1")
    assert int(third.removeprefix("descriptor ")) > 2
