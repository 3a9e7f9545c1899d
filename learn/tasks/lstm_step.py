"""Task 3: one step of an LSTM, forward and backward."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from glassnet.learn.comparison import Named, Report, compare, exact_gradients, named
from glassnet.learn.mistakes import mistake, variants
from glassnet.learn.reader import Reader
from glassnet.learn.tasks.task import Task, check_both_ways
from glassnet.nn import Array
from glassnet.nn.plain import lstm_step_backward, lstm_step_forward

_SPLIT = "z_i, z_f, z_o, z_g = np.split"
_JOINED = "[dz_i, dz_f, dz_o, dz_g]"
_SIGMOIDS = (("i", "input gate"), ("f", "forget gate"), ("o", "output gate"))
_ORDER = "The blocks belong to the input gate, the forget gate, the output gate and the candidate: "
FORWARD_MISTAKES = (
    mistake(
        _ORDER + "i, f, o, g. Yours are i, f, g, o, as in PyTorch and Keras.",
        (_SPLIT, "z_i, z_f, z_g, z_o = np.split"),
    ),
    mistake(
        _ORDER + "i, f, o, g. Yours begin with the forget gate.",
        (_SPLIT, "z_f, z_i, z_o, z_g = np.split"),
    ),
    mistake(
        "The candidate goes through a sigmoid. It may be negative: it is tanh(z_g).",
        ("np.tanh(z_g)", "sigmoid(z_g)"),
    ),
    mistake(
        "new_h shows the cell as it is. It is squeezed first: o ⊙ tanh(new_c).",
        ("o * np.tanh(new_c)", "o * new_c"),
    ),
    mistake(
        "new_h shows the cell before the step. It shows the new one: o ⊙ tanh(new_c).",
        ("o * np.tanh(new_c)", "o * np.tanh(c)"),
    ),
    mistake(
        "The old cell is kept in full. The forget gate says how much of it stays: f ⊙ c.",
        ("f * c + i * g", "c + i * g"),
    ),
    mistake(
        "The forget gate and the input gate have changed places: f multiplies the old cell, i the "
        "candidate.",
        ("f * c + i * g", "i * c + f * g"),
    ),
    mistake(
        "The candidate is written in full. The input gate says how much: i ⊙ g.",
        ("f * c + i * g", "f * c + g"),
    ),
    mistake(
        "What is returned first is new_c, and should be new_h.",
        ("return new_h, new_c,", "return new_c, new_h,"),
    ),
    mistake(
        "new_c is made with matrix products, @. The gates multiply element by element: *.",
        ("f * c + i * g", "f @ c + i @ g"),
    ),
    mistake(
        "The gates are the blocks of z as they are. Each goes through its function: σ(z_i), "
        "σ(z_f), σ(z_o), tanh(z_g).",
        ("sigmoid(z_i), sigmoid(z_f), sigmoid(z_o), np.tanh(z_g)", "z_i, z_f, z_o, z_g"),
    ),
    mistake("The bias b is missing in z.", (" + b, 4", ", 4")),
    mistake("The term h Wh is missing in z: the step has to see the old h.", (" + h @ Wh", "")),
)

BACKWARD_MISTAKES = (
    mistake(
        "The dc that comes in is lost. new_c reaches the loss along two ways: directly, which is "
        "the dc that you got, and through new_h. Add them.",
        ("dc = dc + dh * o", "dc = dh * o"),
    ),
    mistake(
        "The way through new_h is missing. new_h = o ⊙ tanh(new_c) also depends on new_c: add "
        "dh ⊙ o ⊙ (1 - tanh²(new_c)) to dc.",
        ("dc = dc + dh * o * (1 - tanh_c**2)", "dc = dc"),
    ),
    mistake(
        "The gradient goes through tanh(new_c) without its slope, 1 - tanh²(new_c).",
        ("dh * o * (1 - tanh_c**2)", "dh * o"),
    ),
    mistake(
        "The slope of tanh has new_c where tanh(new_c) belongs: it is 1 - tanh²(new_c).",
        ("dh * o * (1 - tanh_c**2)", "dh * o * (1 - new_c**2)"),
    ),
    mistake(
        "The slope of tanh(new_c) lacks the square: it is 1 - tanh²(new_c).",
        ("dh * o * (1 - tanh_c**2)", "dh * o * (1 - tanh_c)"),
    ),
    mistake(
        "The output gate is missing on the way from new_h to new_c: new_h is o times tanh(new_c).",
        ("dh * o * (1 - tanh_c**2)", "dh * (1 - tanh_c**2)"),
    ),
    mistake(
        "What goes on to the old cell is not multiplied by the forget gate: new_c = f ⊙ c + i ⊙ g, "
        "so the gradient for c is dc ⊙ f. This factor is what an LSTM forgets by.",
        ('"c": dc * f', '"c": dc'),
    ),
    mistake(
        "What goes on to the old cell is multiplied by the input gate. In new_c = f ⊙ c + i ⊙ g it "
        "is the forget gate that multiplies c.",
        ('"c": dc * f', '"c": dc * i'),
    ),
    mistake(
        "The gradient for the cell before the step lacks the way through new_h. Use the dc that "
        "has both ways, not the one that came in.",
        (
            "dc = dc + dh * o * (1 - tanh_c**2)",
            "given, dc = dc, dc + dh * o * (1 - tanh_c**2)",
        ),
        ('"c": dc * f', '"c": given * f'),
    ),
    mistake(
        "The forget gate is multiplied by the new cell. It multiplied the old one, c, in "
        "new_c = f ⊙ c + i ⊙ g.",
        ("dz_f = dc * c *", "dz_f = dc * new_c *"),
    ),
    mistake(
        "The forget gate is multiplied by h. It multiplied the old cell, c.",
        ("dz_f = dc * c *", "dz_f = dc * h *"),
    ),
    mistake(
        "The output gate lacks tanh: new_h = o ⊙ tanh(new_c), so do = dh ⊙ tanh(new_c).",
        ("dz_o = dh * tanh_c *", "dz_o = dh *"),
    ),
    mistake(
        "The output gate has new_c where tanh(new_c) belongs: do = dh ⊙ tanh(new_c).",
        ("dz_o = dh * tanh_c *", "dz_o = dh * new_c *"),
    ),
    mistake(
        "The output gate gets its gradient from dc. It is in new_h, so it is dh ⊙ tanh(new_c).",
        ("dz_o = dh * tanh_c *", "dz_o = dc * tanh_c *"),
    ),
    mistake(
        "The input gate and the candidate have changed places: in i ⊙ g, the gradient for i is "
        "dc ⊙ g, and that for g is dc ⊙ i.",
        ("dz_i = dc * g *", "dz_i = dc * i *"),
        ("dz_g = dc * i *", "dz_g = dc * g *"),
    ),
    mistake(
        "The gradient for i is dc ⊙ g: i is multiplied by g in new_c. You have dc ⊙ i.",
        ("dz_i = dc * g *", "dz_i = dc * i *"),
    ),
    mistake(
        "The gradient for g is dc ⊙ i: g is multiplied by i in new_c. You have dc ⊙ g.",
        ("dz_g = dc * i *", "dz_g = dc * g *"),
    ),
    mistake(
        "The candidate has the slope of a sigmoid, g (1 - g). It is a tanh: 1 - g².",
        ("(1 - g**2)", "g * (1 - g)"),
    ),
    mistake(
        "The slope of the candidate lacks the square: for tanh it is 1 - g².",
        ("(1 - g**2)", "(1 - g)"),
    ),
    *(
        mistake(
            f"The slope of the {gate} is missing: for a sigmoid, {letter} = σ(z), it is "
            f"{letter} (1 - {letter}).",
            (f" * {letter} * (1 - {letter})", ""),
        )
        for letter, gate in _SIGMOIDS
    ),
    mistake(
        "The slopes of the three gates are missing: for a sigmoid, i = σ(z), it is i (1 - i), and "
        "the same for f and o.",
        *((f" * {letter} * (1 - {letter})", "") for letter in "ifo"),
    ),
    mistake(
        "The slopes of the three gates lack a factor: for a sigmoid, i = σ(z), it is i (1 - i), "
        "not 1 - i, and the same for f and o.",
        *((f" * {letter} * (1 - {letter})", f" * (1 - {letter})") for letter in "ifo"),
    ),
    *(
        mistake(
            f"The slope of the {gate} lacks a factor: for a sigmoid, {letter} = σ(z), it is "
            f"{letter} (1 - {letter}), not {kept}.",
            (f" * {letter} * (1 - {letter})", f" * ({kept})"),
        )
        for letter, gate in _SIGMOIDS
        for kept in (letter, f"1 - {letter}")
    ),
    mistake(
        "The slopes of the three gates lack a factor: for a sigmoid, i = σ(z), it is i (1 - i), "
        "not i, and the same for f and o.",
        *((f" * {letter} * (1 - {letter})", f" * {letter}") for letter in "ifo"),
    ),
    *(
        mistake(
            f"The {gate} goes through the sigmoid twice: {letter} is σ(z) already, so the slope is "
            f"{letter} (1 - {letter}).",
            (
                f" * {letter} * (1 - {letter})",
                f" * sigmoid({letter}) * (1 - sigmoid({letter}))",
            ),
        )
        for letter, gate in _SIGMOIDS
    ),
    mistake(
        "The three gates go through the sigmoid twice: i is σ(z_i) already, so the slope is "
        "i (1 - i), and the same for f and o.",
        *(
            (f" * {letter} * (1 - {letter})", f" * sigmoid({letter}) * (1 - sigmoid({letter}))")
            for letter in "ifo"
        ),
    ),
    mistake(
        "The candidate goes through tanh twice: g is tanh(z_g) already, so the slope is 1 - g².",
        ("(1 - g**2)", "(1 - np.tanh(g) ** 2)"),
    ),
    *(
        mistake(
            f"The {gate} has the slope of tanh, 1 - {letter}². It is a sigmoid: "
            f"{letter} (1 - {letter}).",
            (f" * {letter} * (1 - {letter})", f" * (1 - {letter}**2)"),
        )
        for letter, gate in _SIGMOIDS
    ),
    mistake(
        "The slope of the candidate is missing: for tanh it is 1 - g².",
        (" * (1 - g**2)", ""),
    ),
    mistake(
        _ORDER + "i, f, o, g. The blocks of your dz are in the order i, f, g, o.",
        (_JOINED, "[dz_i, dz_f, dz_g, dz_o]"),
    ),
    mistake(
        _ORDER + "i, f, o, g. The blocks of your dz begin with the forget gate.",
        (_JOINED, "[dz_f, dz_i, dz_o, dz_g]"),
    ),
    mistake(
        "dx goes through Wh. x was multiplied by Wx, so its gradient is dz Wxᵀ.",
        ("dz @ Wx.T", "dz @ Wh.T"),
    ),
    mistake(
        "The gradient for h goes through Wx. h was multiplied by Wh: dz Whᵀ.",
        ("dz @ Wh.T", "dz @ Wx.T"),
    ),
    mistake(
        "dx goes through the rows of Wx in reverse order.",
        ("dz @ Wx.T", "dz @ Wx[::-1].T"),
    ),
    mistake(
        "The gradient for h is the dh that came in. h is in z = x Wx + h Wh + b, so it is dz Whᵀ.",
        ('"h": dz @ Wh.T', '"h": dh'),
    ),
    mistake(
        "The gradient for h also has the dh that came in. That one is for new_h, and what it says "
        "is in dz already.",
        ('"h": dz @ Wh.T', '"h": dz @ Wh.T + dh'),
    ),
    mistake(
        "The gradient for h comes through one gate only, the candidate. All four read h: the "
        "whole of dz, times Whᵀ.",
        ('"h": dz @ Wh.T', '"h": dz_g @ np.split(Wh, 4, axis=1)[3].T'),
    ),
    mistake("The gradient for h is missing: it is dz Whᵀ.", ('"h": dz @ Wh.T', '"h": 0 * dh')),
    mistake(
        "dWh is made of the new h. What was multiplied by Wh is the h before the step.",
        ("h.T @ dz", "(o * tanh_c).T @ dz"),
    ),
    mistake(
        "dWx is the mean over the sequences that are read side by side, and should be their sum.",
        ("x.T @ dz", "x.T @ dz / len(x)"),
    ),
    mistake(
        "dWh is the mean over the sequences that are read side by side, and should be their sum.",
        ("h.T @ dz", "h.T @ dz / len(h)"),
    ),
    mistake(
        "db is the mean over the sequences that are read side by side, and should be their sum.",
        ("dz.sum(axis=0)", "dz.mean(axis=0)"),
    ),
)

HINTS = (
    "Forward is the equations, a line each:\n\n"
    "    z = x @ Wx + h @ Wh + b\n"
    "    z_i, z_f, z_o, z_g = np.split(z, 4, axis=1)\n"
    "    i, f, o, g = sigmoid(z_i), ...",
    "Backward, 1: in a product a ⊙ b, the gradient for a is the incoming one times b, and the "
    "other way round. So `do` is dh times what o is multiplied by. On the way to new_c, dh is "
    "multiplied by o and by the slope of tanh at new_c; then add the dc that came in.",
    "Backward, 2 is the same rule four times, with the whole dc: f is multiplied by c, c by f, i "
    "by g, and g by i.",
    "Backward, 3: multiply each gradient by the slope of its function. With i = σ(z_i), "
    "dz_i = di * i * (1 - i), and the same for f and o. g is a tanh: dz_g = dg * (1 - g**2).",
    "Backward, 4 is your task 1 twice, with dz as dy: dx = dz @ Wx.T, dWx = x.T @ dz, "
    "db = dz.sum(axis=0), and h and Wh in place of x and Wx.",
    "Backward, all of 1 and 2:\n\n"
    "    tanh_c = np.tanh(new_c)\n"
    "    do = dh * tanh_c\n"
    "    dc = dc + dh * o * (1 - tanh_c**2)\n"
    "    df, di, dg = dc * c, dc * g, dc * i\n"
    "    dc_before = dc * f",
)


def check(reader: Reader) -> Report:
    """Check the step forward, and if it is right the step backward.

    Parameters
    ----------
    reader : Reader
        The reader's file.
    """
    # In the first sizes a wrong matrix has the right shape: its numbers say what is wrong.
    cases = (_arguments(*sizes) for sizes in ((3, 3, 3), (2, 5, 4)))
    note = "lstm_step_backward is checked when lstm_step_forward is right."
    return check_both_ways(reader, cases, _check_forward, _check_backward, note)


def _arguments(rows: int, inputs: int, units: int) -> dict[str, Array]:
    generator = np.random.default_rng(3)
    shapes: dict[str, tuple[int, ...]] = {
        "x": (rows, inputs),
        "Wx": (inputs, 4 * units),
        "Wh": (units, 4 * units),
    }
    shapes |= {"b": (4 * units,), "h": (rows, units), "c": (rows, units)}
    return {name: generator.normal(size=shape) for name, shape in shapes.items()}


def _check_forward(reader: Reader, arguments: dict[str, Array]) -> Report:
    def run(function: Callable[..., Any]) -> Named:
        return named(function(*arguments.values()), "new_h", "new_c", "gates")

    right = {name: np.array(value) for name, value in run(lstm_step_forward).items()}
    readers = reader.function("lstm_step_forward")
    return compare(run, readers, right, partial(variants, lstm_step_forward, FORWARD_MISTAKES))


def _check_backward(reader: Reader, arguments: dict[str, Array]) -> Report:
    generator = np.random.default_rng(4)
    dh, dc = generator.normal(size=(2, *arguments["h"].shape))
    _, new_c, gates = lstm_step_forward(**arguments)
    x, Wx, Wh, _, h, c = arguments.values()

    def run(function: Callable[..., Any]) -> Named:
        returned = function(dh, dc, x, Wx, Wh, h, c, new_c, gates)
        return named(returned, "dx", "dWx", "dWh", "db", "dh", "dc")

    def both(**moved: Array) -> Array:
        return np.array(lstm_step_forward(**moved)[:2])

    right = exact_gradients(both, arguments, np.array([dh, dc]))
    readers = reader.function("lstm_step_backward")
    return compare(run, readers, right, partial(variants, lstm_step_backward, BACKWARD_MISTAKES))


TASK = Task(
    3,
    "lstm_step",
    "One step of an LSTM, forward and backward",
    check,
    HINTS,
    (lstm_step_forward, lstm_step_backward),
)
