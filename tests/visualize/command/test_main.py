"""The command: it opens a checkpoint, chooses its view and ends with an exit status."""

import sys
from pathlib import Path

import numpy as np
import pytest

from glassnet.models import SHIPPED, CharacterLSTM, Checkpoint, save_checkpoint
from glassnet.visualize.command import main as command
from glassnet.visualize.command.registry import VIEWS
from tests.visualize.command.program import fails, run


def test_checkpoints(
    checkpoint: Path, network: CharacterLSTM, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.npz"
    assert fails(capsys, path).endswith(f"{path}: there is no such file")
    path.write_bytes(b"something else")
    assert fails(capsys, path).endswith("is not a glassnet checkpoint")
    np.savez(path, a=np.zeros(3))
    assert fails(capsys, path).endswith("is not a glassnet checkpoint")
    weights = dict(network.parameters)
    configuration = {**network.configuration, "units": 7}
    save_checkpoint(path, Checkpoint(network.kind, configuration, weights))
    assert f"{path}: the saved weights" in fails(capsys, path)
    weights["dense.b"] = np.full_like(weights["dense.b"], np.nan)
    save_checkpoint(path, Checkpoint(network.kind, network.configuration, weights))
    assert "some weights are not numbers" in fails(capsys, path)


def test_closed_standard_streams(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    assert fails(capsys, "--text", "-").endswith("standard input: is closed")
    monkeypatch.setattr(sys, "stdout", None)
    assert run("--length", "10") == 0


def test_interrupt(
    checkpoint: Path,
    text_file: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def interrupted(*arguments: object, **options: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("glassnet.visualize.command.neurons.read_activations", interrupted)
    assert run(checkpoint, "--text", text_file) == 130
    assert capsys.readouterr().err == "glassnet visualize: interrupted\n"


# -- the view of a checkpoint ---------------------------------------------------------------------

KINDS = {
    "shakespeare": {"--state", "--find"},
    "text-autoencoder": {"--line", "--filters"},
    "sparse-autoencoder": {"--images", "--out"},
}


@pytest.mark.parametrize("name", KINDS)
def test_help_has_the_options_of_the_view_only(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(SHIPPED / f"{name}.npz", "--help") == 0
    text = capsys.readouterr().out
    for other, options in KINDS.items():
        assert {option for option in options if f"\n  {option} " in text} == (
            options if other == name else set()
        )
    assert max(map(len, text.splitlines())) <= 80


def test_without_a_checkpoint_help_is_that_of_the_default(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run("-h") == 0
    ours = capsys.readouterr().out
    assert run(SHIPPED / "shakespeare.npz", "-h") == 0
    assert capsys.readouterr().out == ours


def test_the_checkpoint_may_stand_anywhere(
    checkpoint: Path, text_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    drawn = set()
    for arguments in (
        (checkpoint, "--text", text_file, "--no-color", "--neuron=1:2"),
        ("--text", text_file, checkpoint, "--no-color", "--neuron=1:2"),
        (f"--text={text_file}", "--no-color", "--neuron", "1:2", checkpoint),
        ("--no-color", "--text", text_file, "--neuron", "1:2", "--", checkpoint),
    ):
        assert run(*arguments) == 0
        drawn.add(capsys.readouterr().out)
    assert len(drawn) == 1


def test_an_option_of_another_view_does_not_apply(capsys: pytest.CaptureFixture[str]) -> None:
    path = SHIPPED / "sparse-autoencoder.npz"
    line = fails(capsys, path, "--state", "cell", status=2)
    assert line.endswith(": --state does not apply to this autoencoder of digits")
    line = fails(capsys, "--layer", "1", status=2)
    assert line.endswith(": --layer does not apply to this character network")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--lenght", "3"), "there is no option --lenght; did you mean --length?"),
        (("--len", "3"), "there is no option --len; did you mean --length?"),
        (("--find", "vowl"), "--find: there is no hypothesis 'vowl'; did you mean 'vowel'?"),
        (("--length",), "--length needs a value"),
        (("--length=0",), "--length must be a whole number of at least 1, not '0'"),
        (("--find=vowel", "--report"), "--report and --find exclude each other"),
    ],
)
def test_wrong_usage(
    arguments: tuple[str, ...], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert fails(capsys, *arguments, status=2) == f"glassnet visualize: {message}"


def test_a_network_without_a_view(
    checkpoint: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "VIEWS", VIEWS[1:])
    line = fails(capsys, checkpoint)
    assert f"{checkpoint}: there is no view of this network yet (character-lstm); there is" in line


def test_memory(
    checkpoint: Path,
    text_file: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def full(*arguments: object, **options: object) -> None:
        raise MemoryError

    monkeypatch.setattr("glassnet.visualize.command.neurons.read_activations", full)
    line = fails(capsys, checkpoint, "--text", text_file)
    assert line.endswith("out of memory: try a shorter --length")
