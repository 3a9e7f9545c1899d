"""Wrong convolutions, which the gradient check must reject."""

import numpy as np
import pytest

from glassnet.nn.gradcheck import GradientError, check_layer
from glassnet.nn.layers.convolution import Conv1D, Conv2D, Conv2DTranspose
from tests.mutate import mutant

BIAS = "self.db += _sum_positions(dy)"
DX = "self.correlation.input_gradient(dy, self.W, *self._size)"
DW = "self.dW += self.correlation.kernel_gradient(dy)"


@pytest.mark.parametrize(
    ("in_channels", "out_channels", "stride"), [(2, 2, 1), (2, 2, 2), (1, 2, 2), (2, 1, 1)]
)
@pytest.mark.parametrize(
    ("old", "new", "culprit"),
    [
        (DX, DX.replace("self.W", "self.W[::-1, ::-1]"), "^input"),
        (DX, DX.replace("self.W", "self.W.swapaxes(0, 1)"), "^input"),
        (DX, f"np.roll({DX}, 1, axis=1)", "^input"),
        (DW, f"{DW} * (np.arange(9) != 1).reshape(3, 3, 1, 1)", "^parameter W"),
        (DW, f"{DW} / len(dy)", "^parameter W"),
        (BIAS, "self.db += _sum_positions(dy[:, :1])", "^parameter b"),
    ],
)
def test_wrong_conv2d_is_rejected(
    old: str,
    new: str,
    culprit: str,
    in_channels: int,
    out_channels: int,
    stride: int,
    generator: np.random.Generator,
) -> None:
    layer = mutant(Conv2D, old, new)(in_channels, out_channels, 3, stride, "same")
    with pytest.raises(GradientError, match=culprit):
        check_layer(layer, generator.standard_normal((2, 6, 6, in_channels)))


@pytest.mark.parametrize(
    ("old", "new", "culprit"),
    [
        ("self._length, 1)[:, :, 0]", "self._length, 1)[:, ::-1, 0]", "^input"),
        ("self._length, 1)[:, :, 0]", "self._length, 1)[:, [-1, 0, 1, 2, 3, 4], 0]", "^input"),
        (f"{DW}[:, 0]", f"{DW}[:, 0] * 1.00001", "^parameter W"),
        (BIAS, "pass", "^parameter b"),
    ],
)
def test_wrong_conv1d_is_rejected(
    old: str, new: str, culprit: str, generator: np.random.Generator
) -> None:
    layer = mutant(Conv1D, old, new)(2, 3, 3, padding="same")
    with pytest.raises(GradientError, match=culprit):
        check_layer(layer, generator.standard_normal((2, 6, 2)))


@pytest.mark.parametrize(
    ("old", "new", "culprit"),
    [
        ("correlate(self.W.swapaxes(2, 3))", "correlate(self.W)", "^input"),
        ("(self._x).swapaxes(2, 3)", "(self._x)[::-1, ::-1].swapaxes(2, 3)", "^parameter W"),
        (BIAS, "pass", "^parameter b"),
    ],
)
def test_wrong_transposed_convolution_is_rejected(
    old: str, new: str, culprit: str, generator: np.random.Generator
) -> None:
    layer = mutant(Conv2DTranspose, old, new)(2, 2, 3, 2)
    with pytest.raises(GradientError, match=culprit):
        check_layer(layer, generator.standard_normal((2, 3, 3, 2)))
