import dataclasses
from dataclasses import dataclass

import pytest

from glassnet.options import whole_number
from glassnet.train.options import OptionError, TrainingOptions, flag, option
from glassnet.train.options.fields import shown


@dataclass(frozen=True, kw_only=True)
class ForestOptions(TrainingOptions):
    tree_count: int = option(3, whole_number(1), "trees", "N", "network", structural=True)


def test_a_family_adds_options_to_those_of_all() -> None:
    assert ForestOptions().network_arguments() == {"tree_count": 3}
    assert ForestOptions().header().keys() - TrainingOptions().header().keys() == {"tree-count"}
    known = ForestOptions.fields()["tree_count"]
    assert (known.help, known.metavar, known.group) == ("trees", "N", "network")
    assert known.structural
    assert not known.resumable
    with pytest.raises(OptionError, match="--tree-count must be a whole number of at least 1"):
        dataclasses.replace(ForestOptions(), tree_count=0)


def test_how_it_looks_on_the_command_line() -> None:
    assert flag("weight_drop") == "--weight-drop"
    assert [shown(value) for value in (True, False, 1, 0.5, "a")] == ["yes", "no", "1", "0.5", "a"]
