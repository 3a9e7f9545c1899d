from glassnet import nn
from glassnet.convert.keras.layers.table import READERS, WRITERS
from tests.convert.keras.agreement import keras_module


def test_names_are_those_of_keras() -> None:
    layers = keras_module().layers
    assert [name for name in READERS if not hasattr(layers, name)] == []


def test_names_are_those_of_glassnet() -> None:
    assert [name for name in WRITERS if not hasattr(nn, name)] == []
