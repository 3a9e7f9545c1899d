"""Truncated backpropagation through time: a character LSTM trained on streams of text.

`glassnet.train` does the same with fast layers, several of them, and everything a long run needs.
"""

import numpy as np

from glassnet.nn.plain.cross_entropy import softmax_cross_entropy
from glassnet.nn.plain.dense import dense_backward, dense_forward
from glassnet.nn.plain.optimizers import rmsprop
from glassnet.nn.plain.recurrent.lstm import lstm_backward, lstm_forward
from glassnet.nn.types import Array


def train_by_truncated_bptt(
    ids: Array, parameters: dict[str, Array], length: int, learning_rate: float = 1e-3
) -> list[float]:
    """Train an LSTM and a dense layer on it to predict the next character of each stream.

    The streams are cut into pieces of `length` time steps. The state at the end of a piece is where
    the next piece starts, but gradients do not flow back beyond the start of a piece.

    Parameters
    ----------
    ids : array of int
        The character ids of several streams of text, read side by side.
    parameters : dict of str to array
        `Wx`, `Wh` and `b` of the LSTM, `W` and `bias` of the dense layer. The values are replaced
        by the trained ones.
    length : int
        The number of time steps to go back through.
    learning_rate : float, default 0.001
        The size of RMSprop's steps.

    Returns
    -------
    list of float
        The loss of each piece, before the step that it led to, in nats per character.

    Shapes
    ------
    - ids: (T, N)
    - Wx: (classes, 4H)
    - Wh: (H, 4H)
    - b: (4H,)
    - W: (H, classes)
    - bias: (classes,)

    References
    ----------
    Williams & Peng 1990, *An efficient gradient-based algorithm for on-line training of recurrent
    network trajectories*.

    Examples
    --------
    One stream that repeats three characters. The loss falls from log 3, guessing:

    >>> import numpy as np
    >>> from glassnet.nn.plain import train_by_truncated_bptt
    >>> draw = np.random.default_rng(0).normal
    >>> parameters = {
    ...     "Wx": draw(0, 0.1, (3, 32)), "Wh": draw(0, 0.1, (8, 32)), "b": np.zeros(32),
    ...     "W": draw(0, 0.1, (8, 3)), "bias": np.zeros(3),
    ... }
    >>> ids = np.tile([[0], [1], [2]], (200, 1))
    >>> losses = train_by_truncated_bptt(ids, parameters, length=6, learning_rate=0.02)
    >>> round(losses[0], 1), losses[-1] < 0.1
    (1.1, True)
    """
    streams, units = ids.shape[1], len(parameters["Wh"])
    one_hot = np.eye(len(parameters["Wx"]))
    mean_squares = {name: np.zeros_like(value) for name, value in parameters.items()}
    h = c = np.zeros((streams, units))
    losses = []
    for start in range(0, len(ids) - 1, length):
        targets = ids[start + 1 : start + length + 1]
        x = one_hot[ids[start : start + len(targets)]]
        Wx, Wh, b, W, bias = (parameters[name] for name in ("Wx", "Wh", "b", "W", "bias"))

        hs, cs, gates = lstm_forward(x, Wx, Wh, b, h, c)
        hidden = hs[1:].reshape(-1, units)  # all time steps of all streams as rows
        logits = dense_forward(hidden, W, bias)
        loss, dlogits = softmax_cross_entropy(logits, targets.reshape(-1))
        losses.append(loss)

        of_dense = dense_backward(dlogits, hidden, W)
        dy = of_dense["x"].reshape(hs[1:].shape)
        of_lstm = lstm_backward(dy, x, Wx, Wh, hs, cs, gates)
        gradients = {"W": of_dense["W"], "bias": of_dense["b"], **of_lstm}
        for name, theta in parameters.items():
            parameters[name], mean_squares[name] = rmsprop(
                theta, gradients[name], mean_squares[name], learning_rate
            )
        h, c = hs[-1], cs[-1]
    return losses
