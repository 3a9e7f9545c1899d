"""A view, as a new family of networks would have it."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from glassnet.errors import UsageError
from glassnet.models import CharacterLSTM, Checkpoint, TextAutoencoder, Vocabulary
from glassnet.options import Parser, whole_number
from glassnet.visualize.command.view import DEFAULT_CHECKPOINT, View


@dataclass(frozen=True)
class Options:
    checkpoint: Path
    count: int


def add_options(parser: Parser, network: TextAutoencoder | None) -> None:
    parser.add_argument("--count", type=whole_number(1), default=3, help="how many")


SHOWN: list[tuple[TextAutoencoder, Checkpoint, Options]] = []
NETWORK = TextAutoencoder(Vocabulary(" ab"))
CHECKPOINT = Checkpoint(NETWORK.kind, NETWORK.configuration, {}, recipe="short-lines")


def show(network: TextAutoencoder, checkpoint: Checkpoint, options: Options) -> None:
    SHOWN.append((network, checkpoint, options))


VIEW = View(TextAutoencoder, "reader of lines", "Show lines.", add_options, Options, show)


def test_a_network_is_shown_with_its_options() -> None:
    SHOWN.clear()
    VIEW.run(NETWORK, CHECKPOINT, ["--count", "2", "a.npz"])
    VIEW.run(NETWORK, CHECKPOINT, [])
    assert [
        (NETWORK, CHECKPOINT, Options(Path("a.npz"), 2)),
        (NETWORK, CHECKPOINT, Options(DEFAULT_CHECKPOINT, 3)),
    ] == SHOWN


def test_what_does_not_fit() -> None:
    with pytest.raises(TypeError, match=r"a CharacterLSTM is not a TextAutoencoder"):
        VIEW.run(CharacterLSTM(Vocabulary("ab")), CHECKPOINT, [])
    with pytest.raises(UsageError, match=r"--text does not apply to this reader of lines"):
        VIEW.run(NETWORK, CHECKPOINT, ["--text", "a"], elsewhere=["--text", "--count"])
    with pytest.raises(UsageError, match=r"there is no option --cuont; did you mean --count"):
        VIEW.run(NETWORK, CHECKPOINT, ["--cuont", "a"])


def test_out_of_memory_names_a_remedy_if_there_is_one() -> None:
    def full(network: TextAutoencoder, checkpoint: Checkpoint, options: object) -> None:
        raise MemoryError("1 GB")

    view = View(TextAutoencoder, "reader", "", add_options, Options, full)
    with pytest.raises(MemoryError, match=r"1 GB"):
        view.run(NETWORK, CHECKPOINT, [])


def test_help_begins_with_what_is_shown_and_tells_of_other_networks() -> None:
    lines = VIEW.parser().format_help().splitlines()
    assert lines[:3] == ["usage: glassnet visualize [CHECKPOINT] [options]", "", "Show lines."]
    assert lines[-1] == (
        "glassnet visualize CHECKPOINT --help shows the options of another network."
    )
