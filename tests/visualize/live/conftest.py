"""Live pages to open, of small networks, and the engine's source."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import glassnet.visualize.live.build as build
from glassnet.models import CharacterLSTM, Vocabulary
from glassnet.visualize import save_page
from glassnet.visualize.live.build import ENGINE, Opening, live_page

CHARACTERS = "\n abcdefghijklmnopqrstuvwxyz,.é"


@pytest.fixture
def engine() -> str:
    """The source of the engine without its worker."""
    folder = Path(build.__file__).parent / "engine"
    return "".join((folder / name).read_text("utf-8") for name in ENGINE if name != "worker.js")


@pytest.fixture
def small(generator: np.random.Generator) -> Callable[..., CharacterLSTM]:
    """A function that makes a network whose activations are of all sizes."""

    def made(**options: Any) -> CharacterLSTM:
        network = CharacterLSTM(Vocabulary(CHARACTERS), **{"layers": 2, "units": 7} | options)
        network = network.initialize(generator)
        network.theta[...] = generator.uniform(-1, 1, network.theta.size)
        return network

    return made


@pytest.fixture
def live(small: Callable[..., CharacterLSTM], tmp_path: Path) -> tuple[CharacterLSTM, Path]:
    """A network and its page, which opens with a text and writes nothing."""
    network = small()
    path = tmp_path / "live.html"
    opening = Opening("the quick fox,\njumps over\n\nthe lazy dog", 2, 3)
    save_page(path, live_page(network, opening, "a network, live", checkpoint="mine.npz"))
    return network, path
