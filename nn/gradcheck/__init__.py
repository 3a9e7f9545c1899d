"""Gradient checks: does `backward` compute the derivative of `forward`?

    from glassnet.nn.gradcheck import check_layer
    check_layer(MyLayer(), x)

compares every analytic gradient with a measured one: for the input, for the carried state and for
each parameter by name. A failure names the tensor that is wrong and shows both numbers. A success
is a `Report`: how large the errors were, and how small a one would have been found.

How it works. The output y is made a scalar loss L = Σ r·y with fixed random weights r, so dy = r
is different everywhere. For a tensor v with gradient g the derivative of L along a direction d is
g·d. It is measured by a complex step (Squire & Trapp 1998; Martins, Sturdza & Alonso 2003):

    L'(0) = Im L(i h) / h,    L(s) = L at v + s d,  h = 1e-30

Nothing is subtracted, so the result is as exact as L itself, and near a kink (ReLU at 0, a tie in
max pooling) as anywhere else. A few random unit directions d cost one forward pass each, however
large v is; small tensors are checked at every coordinate as well.

First, one five-point difference (Abramowitz & Stegun 1964, 25.3.6)

    L'(0) ≈ (8 (L(h) - L(-h)) - (L(2h) - L(-2h))) / 12h,    h = 1e-4

makes sure that no part of L drops the imaginary part. If one does, or can't be computed in complex
numbers at all, such differences take the complex step's place, and the report says so.
"""

from glassnet.nn.gradcheck.comparison import GradientError
from glassnet.nn.gradcheck.layers import check_layer
from glassnet.nn.gradcheck.losses import check_loss
from glassnet.nn.gradcheck.report import Agreement, Report

__all__ = ["Agreement", "GradientError", "Report", "check_layer", "check_loss"]
