"""A recipe in a user's own file: trained, resumed, evaluated, sampled and shown, by processes.

Each command runs in a process of its own, as a user's does: what one has imported, none of the
others knows.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from glassnet.errors import UsageError, UserError
from glassnet.models import CharacterLSTM, Checkpoint, Vocabulary, save_checkpoint
from glassnet.train.command.request import Request, read_request
from glassnet.train.recipes import RECIPES
from glassnet.train.run.run import Run

ROOT = Path(__file__).parents[3]
SOURCE = '''
from dataclasses import dataclass

from glassnet.models import CharacterLSTM, register
from glassnet.options import whole_number
from glassnet.train import Recipe
from glassnet.train.experiments import CharacterExperiment, LSTMOptions
from glassnet.train.options import option


@register
class Narrow(CharacterLSTM):
    """An LSTM whose number of units is half of what is asked for."""

    kind = "narrow-lstm"

    def __init__(self, *arguments, narrowing=2, **options):
        super().__init__(*arguments, **options | {"units": options["units"] // narrowing})
        self.narrowing = narrowing

    @property
    def configuration(self):
        units = super().configuration["units"] * self.narrowing
        return {**super().configuration, "units": units, "narrowing": self.narrowing}


@dataclass(frozen=True, kw_only=True)
class NarrowOptions(LSTMOptions):
    narrowing: int = option(2, whole_number(1), "narrowing", "N", "network", structural=True)


RECIPES = (
    Recipe(
        "narrow", "an LSTM of 4 units", Narrow, CharacterExperiment,
        NarrowOptions(data="corpus.txt", units=8, layers=1, chunks=4, k1=10, k2=10, epochs=2),
    ),
)
'''


def glassnet(*arguments: str, status: int = 0) -> str:
    """Run a command and return what it prints, on both streams."""
    finished = subprocess.run(
        [sys.executable, "-W", "error", "-m", "glassnet", *arguments],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"},
    )
    printed = finished.stdout + finished.stderr
    assert finished.returncode == status, printed
    assert "Traceback" not in printed
    return printed


@pytest.fixture
def file(corpus: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file of recipes in the folder that the test runs in."""
    monkeypatch.chdir(corpus.parent)
    monkeypatch.setattr(sys, "path", list(sys.path))
    path = Path("narrow_recipes.py")
    path.write_text(SOURCE)
    return path


@pytest.mark.usefixtures("file")
def test_each_command_in_a_process_of_its_own() -> None:
    recipe, last, file = "narrow_recipes.py:narrow", "saves/narrow/last.npz", "narrow_recipes.py"
    glassnet("train", recipe, "--epochs", "1", "--workers", "2")
    assert "epoch 2/2" in glassnet("train", recipe, "--resume", "--epochs", "2", "--workers", "2")
    with np.load(last) as arrays:
        assert arrays["weights/lstm1.Wh"].shape == (4, 16)
        assert b'"recipe": "narrow"' in arrays["header"].tobytes()
    # The file is not run because a checkpoint names it.
    unknown = f"{last}: holds a 'narrow-lstm', which is not known here: name the Python file"
    assert unknown in glassnet("train", "--resume", last, status=1)
    for command in ("evaluate", "sample", "visualize"):
        assert unknown in glassnet(command, last, status=1)
    assert "nats a character" in glassnet("evaluate", last, "--recipes", file)
    assert "nats a character" in glassnet("train", file, "--evaluate", last)
    assert "to be" in glassnet("sample", last, "--recipes", file, "--start", "to be", "--seed", "1")
    text = ["--text", "corpus.txt", "--length", "50", "--neuron", "1:3"]
    assert "neuron 3" in glassnet("visualize", last, "--recipes", file, *text)


@pytest.fixture
def loaded(file: Path) -> Iterator[Path]:
    """The file, whose recipe is forgotten again."""
    yield file
    RECIPES.pop("narrow", None)
    sys.modules.pop("narrow_recipes", None)


def test_what_the_words_ask_for(loaded: Path) -> None:
    # The value of an option that only this recipe has is not taken for the recipe.
    run = read_request(["--narrowing", "4", f"{loaded}:narrow", "--units", "16"], under_mpi=False)
    assert isinstance(run, Run)
    assert (run.recipe, run.recipes, run.folder) == ("narrow", loaded, Path("saves/narrow"))
    assert (run.options.header()["narrowing"], run.options.header()["units"]) == (4, 16)
    assert read_request([str(loaded), "--list"], under_mpi=False) == Request()
    words = [str(loaded), "--evaluate", "a.npz"]
    assert read_request(words, under_mpi=False) == Request(Path("a.npz"))


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["{}"], "^narrow_recipes.py: name one of its recipes, as in narrow_recipes.py:narrow$"),
        (["{}:"], "narrow_recipes.py: name one of its recipes"),
        (["{}:wide"], "^narrow_recipes.py: there is no recipe 'wide'; choose from narrow$"),
        (["{}:narow"], "^narrow_recipes.py: there is no recipe 'narow'; did you mean 'narrow'"),
        (["none.py:narrow"], "^none.py: there is no such file$"),
        (["{}:narrow", "--code", "3"], "--code does not apply to the recipe 'narrow'"),
        (["{}:narrow", "--narrowing", "0"], "--narrowing must be a whole number of at least 1"),
        (["{}:narrow", "--resume"], "^saves/narrow/last.npz: there is no such file"),
        (["narrow"], "^there is no recipe 'narrow'"),
    ],
)
def test_what_is_wrong_with_the_words(words: list[str], message: str, loaded: Path) -> None:
    with pytest.raises(UserError, match=message):
        read_request([word.format(loaded) for word in words], under_mpi=False)


def test_a_recipe_that_is_not_known_any_more(loaded: Path) -> None:
    network = CharacterLSTM(Vocabulary("ab"), layers=1, units=4)
    checkpoint = Checkpoint.of(network.initialize(np.random.default_rng(1)))
    checkpoint.recipe, checkpoint.training = "narrow", {"some": np.zeros(1)}
    save_checkpoint("last.npz", checkpoint)
    message = "trained with the recipe 'narrow', which is not known here; FILE.py:narrow names the"
    with pytest.raises(UsageError, match=message):
        read_request(["--resume", "last.npz"], under_mpi=False)
