import errno
from pathlib import Path

import numpy as np
import pytest

from glassnet.convert import ConversionError, Converted, Format, find_format, read, registry, write
from glassnet.errors import UserError
from glassnet.nn import Dense


def dense() -> Converted:
    return Converted(Dense(2, 3).initialize(np.random.default_rng(1)))


def refuse(path: Path) -> Converted:
    raise ConversionError("operator Loop can't be read")


def fail(path: Path) -> Converted:
    raise KeyError("layers")


def lose(path: Path) -> Converted:
    raise OSError(errno.EIO, "Input/output error")


def not_numbers(path: Path) -> Converted:
    converted = dense()
    converted.network.parameters["b"][1] = np.nan
    return converted


def full(converted: Converted, path: Path) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def refuse_to_write(converted: Converted, path: Path) -> None:
    raise ConversionError("layer dense1 has no counterpart")


@pytest.fixture(autouse=True)
def formats(monkeypatch: pytest.MonkeyPatch) -> None:
    made_up = (
        Format("Plain", (".h5",), lambda path: dense()),
        Format("Weights", (".weights.h5",), refuse, refuse_to_write),
        Format("Faulty", (".faulty",), fail, full),
        Format("Lost", (".lost",), lose),
        Format("Nothing", (".nan",), not_numbers),
        Format("Out", (".out",), writer=full),
        Format("Rare", (".rare",), fail, full, None, ("no_such_module",), "pip install rare"),
    )
    monkeypatch.setattr(registry, "FORMATS", made_up)


def test_the_longest_suffix_counts() -> None:
    assert find_format("a.h5").name == "Plain"
    assert find_format("a.b.WEIGHTS.h5").name == "Weights"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (
            "a.doc",
            "a.doc: .doc is the suffix of no format known here; choose from .h5, .weights.h5",
        ),
        ("h5", "h5: has no suffix; choose from"),
    ],
)
def test_no_such_format(name: str, said: str) -> None:
    with pytest.raises(ConversionError) as caught:
        find_format(name)
    assert str(caught.value).startswith(said)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("a.weights.h5", "operator Loop can't be read"),
        ("a.faulty", "is damaged, or not a Faulty file"),
        ("a.lost", "can't be read (Input/output error)"),
        ("a.nan", "b has values that are not numbers (NaN or infinite)"),
        ("a.out", "Out files can be written, but not read"),
        ("a.rare", "needs no_such_module: pip install rare"),
    ],
)
def test_what_goes_wrong_in_reading(name: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.touch()
    with pytest.raises(ConversionError) as caught:
        read(path)
    assert str(caught.value) == f"{path}: {said}"


def test_no_such_file(tmp_path: Path) -> None:
    (tmp_path / "folder.h5").mkdir()
    for name, said in (("a.h5", "there is no such file"), ("folder.h5", "is a folder")):
        with pytest.raises(ConversionError, match=f"{said}$"):
            read(tmp_path / name)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("a.weights.h5", "layer dense1 has no counterpart"),
        ("a.h5", "Plain files can be read, but not written"),
        ("a.out", "can't be written (No space left on device)"),
        ("a.rare", "needs no_such_module: pip install rare"),
    ],
)
def test_what_goes_wrong_in_writing(name: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(UserError) as caught:
        write(dense(), tmp_path / name)
    assert str(caught.value) == f"{tmp_path / name}: {said}"
