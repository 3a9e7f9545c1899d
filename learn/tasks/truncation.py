"""Task 5: truncated back-propagation through time: the state is carried, the gradient is not."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from glassnet.learn.comparison import Named, Report, compare
from glassnet.learn.mistakes import mistake, variants
from glassnet.learn.reader import Reader
from glassnet.learn.tasks.task import Task
from glassnet.nn.plain import train_by_truncated_bptt

_CARRIED = "h, c = hs[-1], cs[-1]"
_ONE_HOT = "x = one_hot[ids[start : start + len(targets)]]"
_HIDDEN = "hidden = hs[1:].reshape(-1, units)"
_DY = 'dy = of_dense["x"].reshape(hs[1:].shape)'
MISTAKES = (
    mistake(
        "The state is not carried: every piece starts from zeros. It starts from the h and c that "
        "the piece before ended with, so that the network can use what it read long ago.",
        (_CARRIED, "h = c = np.zeros((streams, units))"),
    ),
    mistake(
        "h is carried, c is not. c is the memory: it has to go on from cs[-1].",
        (_CARRIED, "h, c = hs[-1], np.zeros((streams, units))"),
    ),
    mistake(
        "c is carried, h is not. The gates of the next piece read it: it has to go on from hs[-1].",
        (_CARRIED, "h, c = np.zeros((streams, units)), cs[-1]"),
    ),
    mistake(
        "The state is carried from one step too early. hs and cs begin with the state before the "
        "piece, so the one after its last step is the last of them: hs[-1], cs[-1].",
        (_CARRIED, "h, c = hs[-2], cs[-2]"),
    ),
    mistake(
        "h and c have changed places when they are carried.", (_CARRIED, "h, c = cs[-1], hs[-1]")
    ),
    mistake(
        "The state is carried from the end of the first step of the piece, hs[1] and cs[1]. The "
        "piece ends with hs[-1] and cs[-1].",
        (_CARRIED, "h, c = hs[1], cs[1]"),
    ),
    mistake(
        "The gradient is not cut: it goes back through everything read so far. Only the state "
        "comes from before the piece; x, and the way back, are those of the piece alone.",
        (_ONE_HOT, "x = one_hot[ids[: start + len(targets)]]"),
        (_HIDDEN, "hidden = hs[-len(targets) :].reshape(-1, units)"),
        (
            _DY,
            "dy = np.zeros_like(hs[1:]); "
            'dy[-len(targets) :] = of_dense["x"].reshape(len(targets), streams, units)',
        ),
        (_CARRIED, "pass"),
    ),
    mistake(
        "The network reads the characters that it is to guess: x is made of the targets. It reads "
        "the ids one step earlier, from `start`.",
        (_ONE_HOT, "x = one_hot[targets]"),
    ),
    mistake(
        "Every piece reads the beginning of the text. It reads the ids from `start` on.",
        (_ONE_HOT, "x = one_hot[ids[: len(targets)]]"),
    ),
    mistake(
        "The outputs are taken one step too early: hs[:-1] begins with the state before the piece. "
        "The output of step t is hs[t + 1], so all of them are hs[1:].",
        (_HIDDEN, "hidden = hs[:-1].reshape(-1, units)"),
    ),
    mistake(
        "The dense layer reads the cells, cs. The output of an LSTM is its hidden state, hs[1:].",
        (_HIDDEN, "hidden = cs[1:].reshape(-1, units)"),
    ),
    mistake(
        "dy has the rows of the dense layer, (steps · N, H). lstm_backward takes it in the shape "
        "(steps, N, H), which is hs[1:].shape: NumPy stretches each row over the streams instead.",
        (_DY, 'dy = of_dense["x"]'),
    ),
    mistake(
        "The loss is that of the last step alone. The network guesses after every step: all of "
        "hs[1:] go through the dense layer.",
        (_HIDDEN, "hidden = hs[-1]"),
        ("targets.reshape(-1)", "targets[-1]"),
        (_DY, 'dy = np.zeros_like(hs[1:]); dy[-1] = of_dense["x"]'),
    ),
    mistake(
        "Time and streams are exchanged in the targets: rows of `hidden` are all streams of the "
        "first step, then those of the second. `targets.reshape(-1)` has the same order.",
        ("targets.reshape(-1)", "targets.T.reshape(-1)"),
    ),
    mistake(
        "Only the dense layer learns anything: no gradient goes back into the LSTM. dy is what the "
        "dense layer returns for x, in the shape (steps, N, H).",
        (_DY, 'dy = 0 * of_dense["x"].reshape(hs[1:].shape)'),
    ),
)

HINTS = (
    "x: indexing with an array of numbers picks rows, one for each number. `one_hot[numbers]` has "
    "the shape of `numbers` with a last axis of K added. The numbers are those of the ids from "
    "`start` on, as many steps as there are targets.",
    "Forward: lstm_forward starts from h and c. Its hs has a state more than the piece has steps: "
    "the outputs are hs[1:], and `hs[1:].reshape(-1, units)` makes rows of them. The targets "
    "become one row of numbers in the same order: `targets.reshape(-1)`.",
    "Backward: dense_backward(dlogits, hidden, W) returns a dict. Its x is the gradient for "
    "`hidden`; with `.reshape(hs[1:].shape)` it is the dy of lstm_backward.",
    "The gradients: W and bias are the W and b of the dense layer's dict; Wx, Wh and b are those "
    "of the LSTM's.",
    "The state: the last of hs and of cs is where this piece ends and the next one starts. Nothing "
    "else is needed to cut the gradient: the next call of lstm_backward knows nothing of this "
    "piece.\n\n"
    "    hs, cs, gates = lstm_forward(x, Wx, Wh, b, h, c)\n"
    "    hidden = hs[1:].reshape(-1, units)\n"
    "    logits = dense_forward(hidden, W, bias)\n"
    "    loss, dlogits = softmax_cross_entropy(logits, targets.reshape(-1))\n"
    "    of_dense = dense_backward(dlogits, hidden, W)\n"
    '    dy = of_dense["x"].reshape(hs[1:].shape)\n'
    "    of_lstm = lstm_backward(dy, x, Wx, Wh, hs, cs, gates)\n"
    "    h, c = hs[-1], cs[-1]",
)


def check(reader: Reader) -> Report:
    """Check `train_by_truncated_bptt`: the loss of each piece, and the parameters at the end.

    Parameters
    ----------
    reader : Reader
        The reader's file.
    """
    report = _check_steps(reader, 18)  # the last piece is shorter
    if report.wrong and not report.explanations and _check_steps(reader, 16).passed:
        report.explanations.append(
            "Where all pieces are equally long, all is right. Here the last one is shorter: x has "
            "as many steps as there are targets, len(targets)."
        )
    return report


def _check_steps(reader: Reader, steps: int) -> Report:
    generator = np.random.default_rng(7)
    classes, units, streams, length = 5, 4, 3, 5
    ids = generator.integers(0, classes, (steps, streams))
    shapes: dict[str, tuple[int, ...]] = {"Wx": (classes, 4 * units), "Wh": (units, 4 * units)}
    shapes |= {"b": (4 * units,), "W": (units, classes), "bias": (classes,)}
    start = {name: generator.normal(size=shape) for name, shape in shapes.items()}

    def run(function: Callable[..., Any]) -> Named:
        parameters: Named = {name: value.copy() for name, value in start.items()}
        losses = function(ids, parameters, length, 0.02)
        return {"losses": losses, **parameters}

    right = {name: np.asarray(value) for name, value in run(train_by_truncated_bptt).items()}
    readers = reader.function("train_by_truncated_bptt")
    # RMSprop divides by the gradient's size, so a rounding error of a tiny gradient counts in full.
    return compare(
        run, readers, right, partial(variants, train_by_truncated_bptt, MISTAKES), tolerance=1e-9
    )


TASK = Task(
    5,
    "truncation",
    "Carrying the state: truncated back-propagation",
    check,
    HINTS,
    (train_by_truncated_bptt,),
)
