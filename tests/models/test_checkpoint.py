import json
import os
from pathlib import Path

import numpy as np
import pytest

from glassnet.models import (
    SHIPPED,
    CharacterLSTM,
    Checkpoint,
    CheckpointError,
    Vocabulary,
    load_checkpoint,
    load_network,
    save_checkpoint,
)
from glassnet.models.checkpoint import RENAMED_OPTIONS


@pytest.fixture
def network(generator: np.random.Generator) -> CharacterLSTM:
    return CharacterLSTM(Vocabulary("abcé\n"), layers=2, units=4, dropout=0.5).initialize(generator)


def checkpoint_of(network: CharacterLSTM) -> Checkpoint:
    return Checkpoint(
        network.kind,
        network.configuration,
        network.parameters,
        recipe="shakespeare",
        options={"units": 4, "data": "é"},
        history=[{"epoch": 1, "validation_loss": 1.25}],
        progress={"step": 3, "random": {"state": 2**100}},
        training={"optimizer/mean_square": np.arange(3.0)},
    )


def test_everything_comes_back(network: CharacterLSTM, tmp_path: Path) -> None:
    saved = checkpoint_of(network)
    save_checkpoint(tmp_path / "new" / "network.npz", saved)
    loaded = load_checkpoint(tmp_path / "new" / "network.npz")
    for name in ("kind", "configuration", "recipe", "options", "history", "progress"):
        assert getattr(loaded, name) == getattr(saved, name)
    np.testing.assert_array_equal(loaded.training["optimizer/mean_square"], np.arange(3.0))
    again = loaded.build()
    assert again.theta.dtype == np.float32
    np.testing.assert_array_equal(again.theta, network.theta)
    ids = np.array([[0, 1], [4, 2]])
    np.testing.assert_array_equal(again.forward(ids), network.forward(ids))
    assert loaded.build(np.float64).theta.dtype == np.float64


def test_a_loaded_network_with_dropout_trains_on(network: CharacterLSTM, tmp_path: Path) -> None:
    save_checkpoint(tmp_path / "network.npz", checkpoint_of(network))
    loaded, _ = load_network(tmp_path / "network.npz")
    ids = np.array([[0, 1], [4, 2]])
    with pytest.raises(RuntimeError, match=r"^Dropout needs random numbers: .*\.set_generator\("):
        loaded.forward(ids, train=True)
    loaded.set_generator(np.random.default_rng(0))
    loaded.backward(np.ones_like(loaded.forward(ids, train=True)))
    assert loaded.grad.any()
    np.testing.assert_array_equal(loaded.theta, network.theta)


def test_the_file_holds_no_pickle_and_a_readable_header(
    network: CharacterLSTM, tmp_path: Path
) -> None:
    save_checkpoint(tmp_path / "network.npz", checkpoint_of(network))
    with np.load(tmp_path / "network.npz", allow_pickle=False) as file:
        header = json.loads(file["header"].tobytes())
        assert header["format"] == 1
        assert file["weights/lstm1.Wh"].shape == (4, 16)


def test_a_failed_write_leaves_the_old_file(
    network: CharacterLSTM, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "network.npz"
    save_checkpoint(path, checkpoint_of(network))
    before = path.read_bytes()

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(CheckpointError, match=r"network\.npz: can't be written \(No space left"):
        save_checkpoint(path, checkpoint_of(network))
    assert path.read_bytes() == before
    assert os.listdir(tmp_path) == ["network.npz"]


def test_a_folder_that_is_a_file(network: CharacterLSTM, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CheckpointError, match="can't be written"):
        save_checkpoint(tmp_path / "file" / "network.npz", checkpoint_of(network))


def test_missing_and_foreign_files(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="there is no such file"):
        load_checkpoint(tmp_path / "none.npz")
    for content in (b"", b"hello", b"PK\x03\x04" + bytes(100), b"\x93NUMPY"):
        (tmp_path / "foreign.npz").write_bytes(content)
        with pytest.raises(CheckpointError, match="not a glassnet checkpoint"):
            load_checkpoint(tmp_path / "foreign.npz")
    np.savez(tmp_path / "other.npz", header=np.arange(3), x=np.arange(3))
    np.save(tmp_path / "single.npy", np.arange(3))
    np.savez(tmp_path / "objects.npz", header=np.array([{}], dtype=object))
    for name in ("other.npz", "single.npy", "objects.npz"):
        with pytest.raises(CheckpointError, match="not a glassnet checkpoint"):
            load_checkpoint(tmp_path / name)


def test_only_what_begins_as_a_checkpoint_may_be_damaged(tmp_path: Path) -> None:
    path = tmp_path / "no.npz"
    for content, said in ((b"# glassnet\n", "is not a"), (b"PK\x03\x04", "is damaged, or not a")):
        path.write_bytes(content)
        with pytest.raises(CheckpointError) as error:
            load_checkpoint(path)
        assert str(error.value) == f"{path}: {said} glassnet checkpoint"
    with pytest.raises(CheckpointError, match=r"digits\.npz: is not a glassnet checkpoint"):
        load_checkpoint(SHIPPED / "digits.npz")


def test_a_folder_names_the_checkpoint_in_it(network: CharacterLSTM, tmp_path: Path) -> None:
    def message() -> str:
        with pytest.raises(CheckpointError) as error:
            load_checkpoint(tmp_path)
        return str(error.value)

    assert message() == f"{tmp_path}: is a folder; name a checkpoint in it"
    for name in ("last.npz", "best.npz"):
        save_checkpoint(tmp_path / name, checkpoint_of(network))
        assert message() == f"{tmp_path}: is a folder; did you mean {tmp_path / name}?"


def test_any_damage_is_noticed(network: CharacterLSTM, tmp_path: Path) -> None:
    path = tmp_path / "network.npz"
    save_checkpoint(path, checkpoint_of(network))
    whole = path.read_bytes()
    for length in range(0, len(whole), 97):
        path.write_bytes(whole[:length])
        with pytest.raises(CheckpointError):
            load_checkpoint(path)
    middle = whole.index(b"weights/lstm1.Wh.npy") + 200
    path.write_bytes(whole[:middle] + bytes([whole[middle] ^ 255]) + whole[middle + 1 :])
    with pytest.raises(CheckpointError):
        load_checkpoint(path)


def test_unknown_formats_and_kinds_are_named(network: CharacterLSTM, tmp_path: Path) -> None:
    path = tmp_path / "network.npz"
    for changes, message in (
        ({"format": 99}, "format 99"),
        ({"kind": "transformer"}, "'transformer'"),
        ({"configuration": None}, None),
    ):
        save_checkpoint(path, checkpoint_of(network))
        with np.load(path) as file:
            arrays = dict(file)
        header = json.loads(arrays["header"].tobytes()) | changes
        arrays["header"] = np.frombuffer(json.dumps(header).encode(), np.uint8)
        np.savez(path, **arrays)
        with pytest.raises(CheckpointError, match=message):
            load_checkpoint(path).build()


def test_weights_that_do_not_fit(network: CharacterLSTM) -> None:
    checkpoint = checkpoint_of(network)
    checkpoint.configuration = network.configuration | {"units": 5}
    with pytest.raises(CheckpointError, match="do not fit"):
        checkpoint.build()


def test_weights_that_are_not_floats(network: CharacterLSTM, tmp_path: Path) -> None:
    checkpoint = checkpoint_of(network)
    with pytest.raises(CheckpointError, match=r"^weights must be floats, not int32$"):
        checkpoint.build(np.int32)
    checkpoint.weights = {name: value.astype(int) for name, value in checkpoint.weights.items()}
    save_checkpoint(tmp_path / "network.npz", checkpoint)
    with pytest.raises(CheckpointError, match=r"network\.npz: weights must be floats, not int64"):
        load_network(tmp_path / "network.npz")


@pytest.mark.parametrize("wrong", [np.nan, np.inf, -np.inf])
def test_one_weight_that_is_not_a_number_is_noticed(
    wrong: float, network: CharacterLSTM, tmp_path: Path
) -> None:
    path = str(tmp_path / "network.npz")
    network.theta[-1] = wrong
    save_checkpoint(path, Checkpoint.of(network))
    with pytest.raises(CheckpointError, match="some weights are not numbers"):
        load_network(path)
    network.theta[-1] = 0
    save_checkpoint(path, Checkpoint.of(network))
    assert not load_network(path)[0].grad.any()


def test_weights_must_fit_before_memory_is_taken(network: CharacterLSTM) -> None:
    saved = checkpoint_of(network)
    saved.configuration = {**saved.configuration, "units": 2**20}  # terabytes
    with pytest.raises(CheckpointError, match="the saved weights do not fit the network, such as"):
        saved.build()
    other = CharacterLSTM(Vocabulary("abcd"), units=4).initialize(np.random.default_rng(0))
    before = other.theta.copy()
    with pytest.raises(CheckpointError, match="the saved weights do not fit the network, such as"):
        checkpoint_of(network).copy_weights(other)
    np.testing.assert_array_equal(other.theta, before)


class Executed:
    """An object whose pickle runs code."""

    def __reduce__(self) -> tuple[object, tuple[str, ...]]:
        return os.mkdir, ("executed",)


def test_objects_are_neither_written_nor_read(
    network: CharacterLSTM, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    saved, value = checkpoint_of(network), np.array([Executed()], object)
    saved.training = {"order": value}
    with pytest.raises(ValueError, match="Object arrays cannot be saved"):
        save_checkpoint("network.npz", saved)
    assert not list(tmp_path.iterdir())
    save_checkpoint("network.npz", checkpoint_of(network))
    with np.load("network.npz") as file:
        np.savez("network.npz", **dict(file), **{"training/order": value})
    with pytest.raises(
        CheckpointError, match=r"^network\.npz: is damaged, or not a glassnet check"
    ):
        load_checkpoint("network.npz")
    assert not Path("executed").exists()


def test_options_have_their_present_names(network: CharacterLSTM, tmp_path: Path) -> None:
    saved = checkpoint_of(network)
    saved.options = dict.fromkeys(RENAMED_OPTIONS, 1) | {"units": 4}
    save_checkpoint(tmp_path / "network.npz", saved)
    found = load_checkpoint(tmp_path / "network.npz").options
    assert found == dict.fromkeys(RENAMED_OPTIONS.values(), 1) | {"units": 4}


def test_a_kind_that_is_not_known(network: CharacterLSTM, tmp_path: Path) -> None:
    saved = checkpoint_of(network)
    saved.kind = "perceptron"
    save_checkpoint(tmp_path / "network.npz", saved)
    for use in (lambda: load_checkpoint(tmp_path / "network.npz"), saved.build):
        with pytest.raises(CheckpointError, match="perceptron"):
            use()


def test_what_the_system_says_of_a_file_that_it_does_not_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refused)
    with pytest.raises(CheckpointError, match=r"^a\.npz: can't be read \(Permission denied\)$"):
        load_checkpoint("a.npz")
