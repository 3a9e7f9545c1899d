"""Every view: its options, their help and what they are read into."""

import argparse
import dataclasses
import re
from typing import Any

import pytest

from glassnet.models import IMAGE_AUTOENCODERS, CharacterLSTM, TextAutoencoder
from glassnet.visualize.command.registry import VIEWS, view_parsers
from glassnet.visualize.command.view import View

every_view = pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.name)


def options_of(view: View[Any, Any]) -> list[argparse.Action]:
    return [action for action in view.parser()._actions if action.dest != "help"]


@pytest.mark.parametrize("network", [CharacterLSTM, TextAutoencoder, *IMAGE_AUTOENCODERS])
def test_every_network_has_one_view(network: type) -> None:
    assert sum(issubclass(network, view.family) for view in VIEWS) == 1


@every_view
def test_options_become_a_frozen_dataclass(view: View[Any, Any]) -> None:
    arguments = vars(view.parser().parse_args([]))
    assert arguments.pop("recipes") is None  # for the command, before there is a network
    options = view.options(**arguments)
    assert [field.name for field in dataclasses.fields(options)] == [
        action.dest for action in options_of(view) if action.dest != "recipes"
    ]
    with pytest.raises(dataclasses.FrozenInstanceError):
        options.checkpoint = None


@every_view
def test_help_explains_each_option_in_one_sentence_with_its_default(view: View[Any, Any]) -> None:
    for action in options_of(view):
        text = str(action.help)
        assert re.fullmatch(r"[^(].* \(default: [^()]+(\(.*\)[^()]*)?\)", text), text
        assert "%(" not in str(action.help)  # the documentation shows the text as it is
        assert text[0].islower() or text.startswith(("UTF-8", "."))
    lines = view.parser().format_help().splitlines()
    assert max(map(len, lines)) <= 80


@every_view
def test_an_option_takes_a_value_in_every_view_or_in_none(view: View[Any, Any]) -> None:
    """Or else the checkpoint could not be found before its view is known."""
    for other in VIEWS:
        theirs = {name: a.nargs for a in options_of(other) for name in a.option_strings}
        for action in options_of(view):
            for name in action.option_strings:
                assert theirs.get(name, action.nargs) == action.nargs


def test_parsers_by_family() -> None:
    parsers = view_parsers()
    assert list(parsers) == ["character network", "text autoencoder", "autoencoder of digits"]
    assert "--images" in parsers["autoencoder of digits"].options
    assert "--images" not in parsers["character network"].options
