from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from glassnet.models import SHIPPED, checkpoint, save_checkpoint
from glassnet.sample.command.main import main, sample_parsers
from glassnet.sample.command.program import DEFAULT

DIGITS = str(SHIPPED / "variational-autoencoder.npz")


def test_default_checkpoint() -> None:
    assert DEFAULT == SHIPPED / "shakespeare.npz"
    for parser in sample_parsers().values():
        assert parser.parse_args([]).checkpoint == DEFAULT


def test_help_is_that_of_the_network(network_file: str, capsys: pytest.CaptureFixture[str]) -> None:
    shown = []
    for arguments in ([network_file, "--help"], ["--help", DIGITS]):
        assert main(arguments) == 0
        shown.append(capsys.readouterr().out)
    for output, parser in zip(shown, sample_parsers().values(), strict=True):
        assert output == parser.format_help()
        assert all(option in output for option in parser.options)
    assert "--temperature" not in shown[1]
    assert "--morph" not in shown[0]


def test_every_option_has_its_default_in_the_help() -> None:
    for parser in sample_parsers().values():
        for action in parser._actions[1:]:
            assert "%(" not in str(action.help)  # the documentation shows the text as it is
            assert "(default: " in str(action.help) or action.help in (
                "==SUPPRESS==",
                "write the picture to this PNG file (required)",
            )


@pytest.mark.parametrize(
    "arguments",
    [
        ("--clamp", "1:0=0"),
        ("--start", "a"),
        ("--length", "5"),
        ("--temperature", "3"),
        ("--top-k", "2"),
        ("--top-p", ".2"),
    ],
)
def test_options_of_text_for_digits(
    arguments: tuple[str, str], assert_fails: Callable[..., None]
) -> None:
    message = f"{arguments[0]} does not apply to a variational-autoencoder"
    assert_fails(DIGITS, *arguments, message=message, status=2)


def test_options_of_digits_for_text(network_file: str, assert_fails: Callable[..., None]) -> None:
    message = "--morph does not apply to a character-lstm"
    assert_fails(network_file, "--morph", "3,8", message=message, status=2)


def test_mistyped_option_before_the_checkpoint(assert_fails: Callable[..., None]) -> None:
    message = "there is no option --tempreature; did you mean --temperature?"
    assert_fails("--tempreature", "0.5", message=message, status=2)
    assert_fails("none.npz", "more", message="unexpected argument 'more'", status=2)


def test_missing_damaged_and_foreign_files(
    network_file: str, tmp_path: Path, assert_fails: Callable[..., None]
) -> None:
    half, text, foreign = (tmp_path / name for name in ("half.npz", "text.npz", "foreign.npz"))
    half.write_bytes(Path(network_file).read_bytes()[:3000])
    text.write_text("To be, or not to be")
    np.savez(foreign, weights=np.zeros(3))
    assert_fails(str(half), message=f"{half}: is damaged, or not a glassnet")
    for path in (text, foreign):
        assert_fails(str(path), message=f"{path}: is not a glassnet checkpoint")
    missing = tmp_path / "missing.npz"
    assert_fails(str(missing), message=f"{missing}: there is no such file")
    assert_fails(str(tmp_path), message=f"{tmp_path}: is a folder; name a checkpoint in it")


def test_network_of_another_kind(assert_fails: Callable[..., None]) -> None:
    path = str(SHIPPED / "text-autoencoder.npz")
    message = f"{path}: a text-autoencoder neither writes text nor draws digits"
    assert_fails(path, message=message)


def test_weights_that_do_not_fit(
    network_file: str, tmp_path: Path, assert_fails: Callable[..., None]
) -> None:
    damaged = checkpoint.load_checkpoint(network_file)
    damaged.configuration["units"] = 8
    path = tmp_path / "other.npz"
    save_checkpoint(path, damaged)
    assert_fails(str(path), message=f"{path}: the saved weights")


def test_weights_that_are_no_numbers(
    tmp_path: Path, save_network: Callable[..., Path], assert_fails: Callable[..., None]
) -> None:
    path = save_network(tmp_path / "diverged.npz", scale=np.nan)
    assert_fails(str(path), message=f"{path}: some weights are not numbers")
