from pathlib import Path

import numpy as np
import pytest

from glassnet.convert.command import main
from glassnet.models import SHIPPED, CharacterLSTM, load, save
from glassnet.nn import LSTM, Dense, Sequential

NETWORK = SHIPPED / "simple-autoencoder.npz"


def test_a_copy(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "copy.npz"
    assert main([str(NETWORK), str(target)]) == 0
    assert capsys.readouterr() == (f"{target}: SimpleAutoencoder, 50,992 parameters\n", "")
    assert load(target).theta.tobytes() == load(NETWORK).theta.tobytes()


def test_a_vocabulary(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    stack = Sequential(LSTM(3, 2), Dense(2, 3)).initialize(np.random.default_rng(1))
    save(stack, tmp_path / "stack.npz")
    (tmp_path / "text.txt").write_text("cabbage", encoding="utf-8")
    source, target = str(tmp_path / "stack.npz"), str(tmp_path / "characters.npz")
    for vocabulary in ("abc", "cab"):
        assert main([source, target, "--vocabulary", vocabulary]) == 0
        assert capsys.readouterr().out == f"{target}: CharacterLSTM, 57 parameters\n"
        network = load(target)
        assert isinstance(network, CharacterLSTM)
        np.testing.assert_array_equal(
            network(np.array([["abc".index(vocabulary[1])]]))[0, 0, [0, 1, 2]],
            stack(np.array([[1]]))[0, 0, [vocabulary.index(character) for character in "abc"]],
        )
    assert main([source, target, "--vocabulary", str(tmp_path / "text.txt")]) == 1
    assert capsys.readouterr().err == (
        f"glassnet convert: {source}: the vocabulary has 5 characters, and the network reads 3 "
        "different ones and writes 3\n"
    )


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
