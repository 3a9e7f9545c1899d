"""Wrong convolutions, which the gradient check must reject."""

import numpy as np
import pytest

from glassnet.nn import Array
from glassnet.nn.gradcheck import GradientError, check_layer
from glassnet.nn.layers.convolution import Conv1D, Conv2D, Conv2DTranspose


class _KernelNotTurned(Conv2D):
    def backward(self, dy: Array) -> Array:
        super().backward(dy)
        return self.correlation.input_gradient(dy, self.W[::-1, ::-1], *self._size)


class _AxesOfTheKernelSwapped(Conv2D):
    def backward(self, dy: Array) -> Array:
        super().backward(dy)
        return self.correlation.input_gradient(dy, self.W.swapaxes(0, 1), *self._size)


class _OneElementOfTheKernelLost(Conv2D):
    def backward(self, dy: Array) -> Array:
        before = self.dW.copy()
        dx = super().backward(dy)
        self.dW[0, 1] = before[0, 1]
        return dx


class _MeanOverImages(Conv2D):
    def backward(self, dy: Array) -> Array:
        before = self.dW.copy()
        dx = super().backward(dy)
        self.dW[...] = before + (self.dW - before) / len(dy)
        return dx


class _BiasOfOneRow(Conv2D):
    def backward(self, dy: Array) -> Array:
        before = self.db.copy()
        dx = super().backward(dy)
        self.db[...] = before + dy[:, 0].sum(axis=(0, 1))
        return dx


class _OneRowLate(Conv2D):
    def backward(self, dy: Array) -> Array:
        return np.roll(super().backward(dy), 1, axis=1)


@pytest.mark.parametrize(
    ("inputs", "outputs", "stride"), [(2, 2, 1), (2, 2, 2), (1, 2, 2), (2, 1, 1)]
)
@pytest.mark.parametrize(
    ("wrong", "culprit"),
    [
        (_KernelNotTurned, "^input"),
        (_AxesOfTheKernelSwapped, "^input"),
        (_OneRowLate, "^input"),
        (_OneElementOfTheKernelLost, "^parameter W"),
        (_MeanOverImages, "^parameter W"),
        (_BiasOfOneRow, "^parameter b"),
    ],
)
def test_wrong_conv2d_is_rejected(
    wrong: type[Conv2D],
    culprit: str,
    inputs: int,
    outputs: int,
    stride: int,
    generator: np.random.Generator,
) -> None:
    layer = wrong(inputs, outputs, 3, stride, "same")
    with pytest.raises(GradientError, match=culprit):
        check_layer(layer, generator.standard_normal((2, 6, 6, inputs)))


class _LengthReversed(Conv1D):
    def backward(self, dy: Array) -> Array:
        return super().backward(dy)[:, ::-1]


class _ScaledWeightGradient(Conv1D):
    def backward(self, dy: Array) -> Array:
        before = self.dW.copy()
        dx = super().backward(dy)
        self.dW += 1e-5 * (self.dW - before)
        return dx


class _OneStepLate(Conv1D):
    def backward(self, dy: Array) -> Array:
        return np.roll(super().backward(dy), 1, axis=1)


@pytest.mark.parametrize(
    ("wrong", "culprit"),
    [
        (_LengthReversed, "^input"),
        (_OneStepLate, "^input"),
        (_ScaledWeightGradient, "^parameter W"),
    ],
)
def test_wrong_conv1d_is_rejected(
    wrong: type[Conv1D], culprit: str, generator: np.random.Generator
) -> None:
    with pytest.raises(GradientError, match=culprit):
        check_layer(wrong(2, 3, 3, padding="same"), generator.standard_normal((2, 6, 2)))


class _ChannelsOfWSwapped(Conv2DTranspose):
    def backward(self, dy: Array) -> Array:
        super().backward(dy)
        return self.correlation.correlate(self.W)


class _TurnedWeightGradient(Conv2DTranspose):
    def backward(self, dy: Array) -> Array:
        before = self.dW.copy()
        dx = super().backward(dy)
        self.dW[...] = before + (self.dW - before)[::-1, ::-1]
        return dx


class _NoBias(Conv2DTranspose):
    def backward(self, dy: Array) -> Array:
        before = self.db.copy()
        dx = super().backward(dy)
        self.db[...] = before
        return dx


@pytest.mark.parametrize(
    ("wrong", "culprit"),
    [
        (_ChannelsOfWSwapped, "^input"),
        (_TurnedWeightGradient, "^parameter W"),
        (_NoBias, "^parameter b"),
    ],
)
def test_wrong_transposed_convolution_is_rejected(
    wrong: type[Conv2DTranspose], culprit: str, generator: np.random.Generator
) -> None:
    with pytest.raises(GradientError, match=culprit):
        check_layer(wrong(2, 2, 3, 2), generator.standard_normal((2, 3, 3, 2)))
