"""Activations: functions of each element alone (and softmax, of a whole row)."""

from __future__ import annotations

import numpy as np

from glassnet.nn.layer import Layer
from glassnet.nn.types import Array


def sigmoid(x: Array) -> Array:
    """Return 1 / (1 + exp(-x)) as ½ tanh(½x) + ½: no overflow, and one fast function."""
    return 0.5 * np.tanh(0.5 * x) + 0.5


def softmax(logits: Array) -> Array:
    """Return probabilities along the last axis; the largest logit is subtracted first."""
    exponentials = np.exp(logits - logits.max(axis=-1, keepdims=True))
    exponentials /= exponentials.sum(axis=-1, keepdims=True)
    return exponentials


class ReLU(Layer):
    """y = max(x, 0). Kink at 0, where the gradient is taken as 0."""

    def forward(self, x: Array, train: bool = False) -> Array:
        self._y = np.maximum(x, 0)
        return self._y

    def backward(self, dy: Array) -> Array:
        return dy * (self._y > 0)


class Sigmoid(Layer):
    """y = 1 / (1 + exp(-x)), with dy/dx = y (1 - y)."""

    def forward(self, x: Array, train: bool = False) -> Array:
        self._y = sigmoid(x)
        return self._y

    def backward(self, dy: Array) -> Array:
        return dy * self._y * (1 - self._y)


class Tanh(Layer):
    """y = tanh(x), with dy/dx = 1 - y²."""

    def forward(self, x: Array, train: bool = False) -> Array:
        self._y = np.tanh(x)
        return self._y

    def backward(self, dy: Array) -> Array:
        return dy * (1 - self._y * self._y)


class Softmax(Layer):
    """y_i = exp(x_i) / Σ_j exp(x_j) along the last axis.

    For training prefer `softmax_cross_entropy` on the logits, which is fused and more stable.
    """

    def forward(self, x: Array, train: bool = False) -> Array:
        self._y = softmax(x)
        return self._y

    def backward(self, dy: Array) -> Array:
        # dx_i = Σ_j dy_j ∂y_j/∂x_i, with ∂y_j/∂x_i = y_j ([i = j] - y_i)
        return self._y * (dy - (dy * self._y).sum(axis=-1, keepdims=True))
