"""Options: checked, turned into a checkpoint's header and back, for every recipe."""

import dataclasses
import json

import pytest

from glassnet.train.experiments import LSTMOptions, StackedOptions
from glassnet.train.options import OptionError, TrainingOptions
from glassnet.train.options.fields import GROUPS
from glassnet.train.recipes import RECIPES


@pytest.mark.parametrize("name", RECIPES)
def test_a_header_gives_the_same_options_again(name: str) -> None:
    options = RECIPES[name].options
    header = json.loads(json.dumps(options.header()))
    assert options.updated(header) == options
    assert type(options)(data="other").updated(header) == options
    assert all("_" not in key for key in header)


@pytest.mark.parametrize("name", RECIPES)
def test_every_option_says_what_it_is(name: str) -> None:
    for option in RECIPES[name].options.fields().values():
        assert option.help
        assert option.metavar
        assert option.group in GROUPS


@pytest.mark.parametrize("name", RECIPES)
def test_the_options_of_the_network_build_it(name: str) -> None:
    recipe = RECIPES[name]
    arguments = recipe.options.network_arguments()
    if "vocabulary" in recipe.network.__init__.__annotations__:
        network = recipe.network.from_configuration({"vocabulary": " ab", **arguments})
    else:
        network = recipe.network.from_configuration(arguments)
    assert arguments.items() <= network.configuration.items()


def test_they_can_not_be_changed_by_accident() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        TrainingOptions().epochs = 3  # type: ignore[misc]


def test_values_are_read_as_on_the_command_line() -> None:
    options = LSTMOptions().updated({"clip": 1, "variational": True, "units": "64"})
    assert (options.clip, options.variational, options.units) == (1.0, True, 64)
    assert isinstance(options.clip, float)


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ({"epochs": 0}, "--epochs must be a whole number from 1"),
        ({"learning-rate": float("nan")}, "--learning-rate must be a number above 0, not 'nan'"),
        ({"optimizer": "adm"}, "--optimizer: there is no optimizer 'adm'; did you mean 'adam'"),
        ({"learning_rate": 0.1}, "there is no option --learning_rate"),
        ({"freeze": "lstm1.*,,"}, "--freeze must be patterns of names such as 'lstm1"),
        ({"weight-l2": "*.W"}, r"--weight-l2 must be patterns of names, each with a number above"),
        ({"weight-l1": "*.W=0"}, "--weight-l1 must be patterns of names, each with a number above"),
        ({"rate-factors": "a=1,=2"}, "--rate-factors must be patterns of names, each with a numb"),
        ({"rate-factors": "a=nan"}, "--rate-factors must be patterns of names, each with a numb"),
        ({"optimizer": "adamw"}, "--optimizer adamw needs --weight-decay 0.01 or another above 0"),
        ({"k1": 200}, r"--k2 \(100\) must be at least --k1 \(200\)"),
    ],
)
def test_wrong_values_are_refused(header: dict[str, str | float], message: str) -> None:
    with pytest.raises(OptionError, match=message):
        LSTMOptions().updated(header)


def test_weight_decay_and_pretraining_exclude_each_other() -> None:
    with pytest.raises(OptionError, match="--weight-decay goes with --pretraining 0 only"):
        StackedOptions(weight_decay=0.1)
