"""Losses: functions (output, targets) -> (value, gradient for the output).

The value is a sum over all rows divided by their number. A worker that holds only some rows of a
batch passes `total`, the number of rows of the whole batch, which `rows_to_average` counts; then
values and gradients of all workers add up to those of the batch. Values are summed in float64,
gradients have the output's data type. Invalid targets raise a ValueError.

Some losses have options. `functools.partial` sets them for a training loop that knows none:

    loss = functools.partial(softmax_cross_entropy, ignore_index=0)
"""

from glassnet.nn.losses.cross_entropy import sigmoid_binary_cross_entropy, softmax_cross_entropy
from glassnet.nn.losses.regression import huber_loss, mean_absolute_error, mean_squared_error
from glassnet.nn.losses.rows import rows_to_average

__all__ = [
    "huber_loss",
    "mean_absolute_error",
    "mean_squared_error",
    "rows_to_average",
    "sigmoid_binary_cross_entropy",
    "softmax_cross_entropy",
]
