import pytest

from glassnet.nn import OPTIMIZERS, SGD, Optimizer
from glassnet.train.fitting.options import FitOptions, options_of
from glassnet.train.options import OptionError


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_optimizer_has_the_learning_rate_of_its_class(name: str) -> None:
    made = OPTIMIZERS[name]()
    assert options_of(name, "", {})[0].learning_rate == made.learning_rate
    assert options_of(name, "", {"learning_rate": 0.5})[0].learning_rate == 0.5
    options, optimizer = options_of(made, "", {})
    assert optimizer is made
    assert options.optimizer == name


def test_an_optimizer_of_a_class_of_ones_own() -> None:
    class Own(Optimizer):
        pass

    options, optimizer = options_of(Own(learning_rate=0.25, weight_decay=0.5), "", {})
    assert (options.learning_rate, options.weight_decay) == (0.25, 0.5)
    assert isinstance(optimizer, Own)


def test_options_that_are_not_for_the_user() -> None:
    for name in ("data", "dtype", "loss"):
        with pytest.raises(OptionError, match=f"^there is no option '{name}'"):
            options_of("adam", "", {name: "x"})
    with pytest.raises(OptionError, match=r"^weight_decay belongs to the optimizer: SGD\("):
        options_of(SGD(), "", {"weight_decay": 0.1})


def test_names_are_those_of_python() -> None:
    assert FitOptions.spelled("learning_rate") == "learning_rate"
    assert FitOptions.spelled("optimizer", "sgd") == "optimizer='sgd'"
