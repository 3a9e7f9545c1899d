"""Gradient checks: does `backward` compute the derivative of `forward`?

    from glassnet.nn.gradcheck import check_layer
    check_layer(MyLayer(), x)

compares, in float64, every analytic gradient with a numeric one: for the input, for the carried
state and for each parameter by name. A failure names the tensor that is wrong and shows both
numbers.

How it works. The output y is made a scalar loss L = Σ r·y with fixed random weights r, so dy = r
is different everywhere. For a tensor v with gradient g the derivative of L along a direction d is
g·d; numerically it is the five-point difference (Abramowitz & Stegun 1964, 25.3.6)

    L'(0) ≈ (8 (L(h) - L(-h)) - (L(2h) - L(-2h))) / 12h,    L(s) = L at v + s d,  h = 1e-4

The error of this formula, h⁴ L⁽⁵⁾/30, is about as small as the rounding of float64. A few random
unit directions d cost four forward passes each, however large v is; small tensors are checked at
every coordinate as well.

A kink (ReLU at 0, a tie in max pooling) within the step is not an error of the layer. A check that
fails is therefore repeated with a step a hundred times smaller, and only a second failure counts.
Inputs from `glassnet.nn.testing.spaced_arrays` keep away from kinks.
"""

from glassnet.nn.gradcheck.comparison import GradientError
from glassnet.nn.gradcheck.layers import check_layer
from glassnet.nn.gradcheck.losses import check_loss

__all__ = ["GradientError", "check_layer", "check_loss"]
