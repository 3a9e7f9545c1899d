import numpy as np
import pytest

from glassnet.convert import ConversionError
from glassnet.convert.keras.layer import KerasLayer, Options, require_shape


def options(**values: object) -> Options:
    return Options(KerasLayer("Dense", "mine", values))


def test_each_option_is_taken_once() -> None:
    found = options(units=3, rate=0.5, size=[2, 3], flag=True, one=[4], name="mine")
    assert found.whole("units") == 3
    assert found.whole("one") == 4
    assert found.number("rate", 0.0) == 0.5
    assert found.pair("size") == (2, 3)
    assert found.pair("other", (1, 2)) == (1, 2)
    assert found.flag("flag", False)
    found.finish()


@pytest.mark.parametrize(
    "values",
    [
        {"bias_initializer": {"class_name": "Zeros"}, "kernel_regularizer": {"l2": 0.1}},
        {"quantization_config": None, "novel": False, "trainable": True, "seed": 3},
        {"dtype": {"class_name": "DTypePolicy", "config": {"name": "mixed_float16"}}},
    ],
)
def test_options_of_training_are_left_alone(values: dict[str, object]) -> None:
    options(**values).finish()


@pytest.mark.parametrize("dtype", ["int8", {"config": {"name": "int8_from_float32"}}, {}, [], None])
def test_other_types(dtype: object) -> None:
    with pytest.raises(ConversionError, match=r"^layer 'mine' \(Dense\): dtype=.* not supported"):
        options(dtype=dtype)


def test_values_of_a_wrong_kind() -> None:
    for value in (0, -1, 2.0, "2", True, None, [1, 2]):
        with pytest.raises(ConversionError, match="a whole number is expected"):
            options(units=value).whole("units")
    for value in (None, [1], [1, -1], [True, 1], "12"):
        with pytest.raises(ConversionError, match="two whole numbers are expected"):
            options(size=value).pair("size")
    for value in (None, "1", True):
        with pytest.raises(ConversionError, match="a number is expected"):
            options(rate=value).number("rate", 0.0)
    with pytest.raises(ConversionError, match="True or False is expected"):
        options(flag=1).flag("flag", False)
    with pytest.raises(ConversionError, match="stateful=1 is not supported, only False"):
        options(stateful=1).require("stateful", False)


def test_long_values_are_cut() -> None:
    with pytest.raises(ConversionError) as caught:
        options(novel="x" * 1000).finish()
    assert len(str(caught.value)) < 200


def test_weights() -> None:
    layer = KerasLayer("Dense", "mine", {}, {"": [np.ones(2), np.zeros(3)]})
    assert layer.weights("a", "b")["b"].shape == (3,)
    for names in ((), ("a",), ("a", "b", "c")):
        with pytest.raises(ConversionError, match=f"holds 2 weights of it, not {len(names)}"):
            layer.weights(*names)
    with pytest.raises(ConversionError, match="holds 0 weights of it, not 1"):
        layer.weights("a", part="cell")
    with pytest.raises(ConversionError, match=r"W has the shape \(2,\), not \(3,\)"):
        require_shape(layer, "W", np.ones(2), (3,))
