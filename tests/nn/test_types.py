import typing

import numpy as np

from glassnet import nn
from glassnet.nn import types


def test_an_array_is_numpys() -> None:
    assert typing.get_origin(types.Array) is np.ndarray
    assert nn.Array is types.Array
