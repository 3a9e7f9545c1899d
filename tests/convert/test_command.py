from pathlib import Path

import pytest

from glassnet.convert.command import main
from glassnet.models import SHIPPED, load

NETWORK = SHIPPED / "simple-autoencoder.npz"


def test_a_copy(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "copy.npz"
    assert main([str(NETWORK), str(target)]) == 0
    assert capsys.readouterr() == (f"{target}: SimpleAutoencoder, 50,992 parameters\n", "")
    assert load(target).theta.tobytes() == load(NETWORK).theta.tobytes()


@pytest.mark.parametrize(
    ("arguments", "said", "status"),
    [
        ([], "IN, OUT is missing", 2),
        ([str(NETWORK)], "OUT is missing", 2),
        ([str(NETWORK), str(NETWORK)], "IN and OUT are the same file", 2),
        ([str(NETWORK), "a.doc"], "a.doc: .doc is the suffix of no format known here", 1),
        (["no.npz", "a.npz"], "no.npz: there is no such file", 1),
    ],
)
def test_mistakes(
    arguments: list[str], said: str, status: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == status
    assert capsys.readouterr().err.startswith(f"glassnet convert: {said}")
