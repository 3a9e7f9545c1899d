"""Task 4: back-propagation through time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from glassnet.learn.comparison import Named, Report, compare, exact_gradients, named
from glassnet.learn.mistakes import Variant, mistake, variants, variants_within
from glassnet.learn.reader import Reader
from glassnet.learn.tasks import lstm_step
from glassnet.learn.tasks.task import Task, check_both_ways
from glassnet.nn import Array
from glassnet.nn.plain import lstm_backward, lstm_forward, lstm_step_backward, lstm_step_forward

_FORWARD = "x[t], Wx, Wh, b, hs[t], cs[t])"
FORWARD_MISTAKES = (
    mistake(
        "Every step starts from the state before the first. Step t starts from what the step "
        "before made: hs[t] and cs[t].",
        (_FORWARD, "x[t], Wx, Wh, b, h, c)"),
    ),
    mistake(
        "Every step starts from the first h. It starts from what the step before made: hs[t].",
        (_FORWARD, "x[t], Wx, Wh, b, h, cs[t])"),
    ),
    mistake(
        "Every step starts from the first c. It starts from what the step before made: cs[t].",
        (_FORWARD, "x[t], Wx, Wh, b, hs[t], c)"),
    ),
    mistake("Every step reads the first input; step t reads x[t].", ("(x[t],", "(x[0],")),
    mistake(
        "h and c have changed places: lstm_step_forward returns the new h first, then the new c.",
        ("new_h, new_c, of_step = ", "new_c, new_h, of_step = "),
    ),
    mistake(
        "hs and cs lack the state before the first step, hs[0] and cs[0]. Backward needs it.",
        ("np.array(hs), np.array(cs)", "np.array(hs[1:]), np.array(cs[1:])"),
    ),
)

_STEP = "x[t], Wx, Wh, hs[t], cs[t], cs[t + 1], gates[t])"
_SENT = 'dh, dc = of_step["h"], of_step["c"]'
_ADDED = tuple((f"d{name} += of_step", f"d{name} = of_step") for name in ("Wx", "Wh", "b"))
BACKWARD_MISTAKES = (
    mistake(
        "dh is not carried through time: step t gets dy[t] alone. hs[t + 1] also went into the "
        "step after it, whose dh comes on top.",
        ("dh = dh + dy[t]", "dh = dy[t]"),
    ),
    mistake(
        "dc is not carried through time: each step gets zeros. It gets the dc that the step after "
        "it returned. Along c the memory goes back.",
        ("lstm_step_backward(dh, dc,", "lstm_step_backward(dh, 0 * dc,"),
    ),
    mistake(
        "Neither dh nor dc is carried through time: each step is treated as if it were the last. "
        "What a step returns for h and c goes on to the step before.",
        ("dh = dh + dy[t]", "dh = dy[t]"),
        ("lstm_step_backward(dh, dc,", "lstm_step_backward(dh, 0 * dc,"),
    ),
    mistake(
        "dh does not go on to the step before: step t gets dy[t] alone. What a step returns for h "
        "is the dh of the step before it.",
        (_SENT, 'dh, dc = 0 * dh, of_step["c"]'),
    ),
    mistake(
        "dh does not go on to the step before, and the dy of all steps so far pile up in it. What "
        "a step returns for h is the dh of the step before it.",
        (_SENT, 'dc = of_step["c"]'),
    ),
    mistake(
        "dc does not go on to the step before: each step gets zeros. What a step returns for c is "
        "the dc of the step before it.",
        (_SENT, 'dh, dc = of_step["h"], 0 * dc'),
    ),
    mistake(
        "Neither dh nor dc goes on to the step before: each step is treated as if it were the "
        "last. What a step returns for h and c is the dh and dc of the step before it.",
        (_SENT, "dh, dc = 0 * dh, 0 * dc"),
    ),
    mistake(
        "Neither dh nor dc goes on to the step before, and the dy of all steps so far pile up in "
        "dh. What a step returns for h and c is the dh and dc of the step before it.",
        (_SENT, "pass"),
    ),
    mistake(
        "dWx, dWh and db stay zero. Add to each what every step returns for it.",
        *((f'd{name} += of_step["{name}"]', "pass") for name in ("Wx", "Wh", "b")),
    ),
    *(
        mistake(
            f"d{name} stays zero. Add to it what every step returns for {name}.",
            (f'd{name} += of_step["{name}"]', "pass"),
        )
        for name in ("Wx", "Wh", "b")
    ),
    mistake(
        "dy is never used, so nothing comes in: the layer above reads every h, and step t gets its "
        "dy[t] on top of the dh from the step after.",
        ("dh = dh + dy[t]", "dh = dh"),
    ),
    mistake(
        "dy is left out but for the last step. The layer above reads every h, so each step gets "
        "its dy[t] on top of the dh from the step after.",
        ("dh = dh + dy[t]", "dh = dh + dy[t] * (t == len(x) - 1)"),
    ),
    mistake(
        "dy belongs to another time step: dy[t] is for hs[t + 1], which step t made.",
        ("dh = dh + dy[t]", "dh = dh + dy[t - 1]"),
    ),
    mistake(
        "The steps are gone through forwards. Backward begins with the last step, since what comes "
        "in at step t is returned by step t + 1.",
        ("in reversed(range(len(x)))", "in range(len(x))"),
    ),
    mistake(
        "The gradients of the weights come from the first step alone: each step replaces what was "
        "there. All steps share the weights, so they add up: +=.",
        *_ADDED,
    ),
    *(
        mistake(
            f"d{name} comes from the first step alone: each step replaces what was there. All "
            "steps share the weights, so they add up: +=.",
            change,
        )
        for name, change in zip(("Wx", "Wh", "b"), _ADDED, strict=True)
    ),
    mistake(
        "Step t gets hs[t + 1], the h that it made. It read hs[t].",
        (_STEP, "x[t], Wx, Wh, hs[t + 1], cs[t], cs[t + 1], gates[t])"),
    ),
    mistake(
        "Step t gets cs[t + 1] as the cell before it. It read cs[t], and made cs[t + 1].",
        (_STEP, "x[t], Wx, Wh, hs[t], cs[t + 1], cs[t + 1], gates[t])"),
    ),
    mistake(
        "Step t gets cs[t] as the cell that it made. It read cs[t], and made cs[t + 1].",
        (_STEP, "x[t], Wx, Wh, hs[t], cs[t], cs[t], gates[t])"),
    ),
    mistake(
        "Step t gets states that are one too late in both places: it read hs[t] and cs[t].",
        (_STEP, "x[t], Wx, Wh, hs[t + 1], cs[t + 1], cs[t + 1], gates[t])"),
    ),
    mistake(
        "h and c have changed places in what goes on to the step before.",
        (_SENT, 'dh, dc = of_step["c"], of_step["h"]'),
    ),
    mistake(
        "dh piles up: what goes on to the step before is what this step returned, and not that on "
        "top of the dh that came in.",
        (_SENT, 'dh, dc = dh + of_step["h"], of_step["c"]'),
    ),
    mistake(
        "dh piles up: what goes on to the step before is what this step returned, and not that on "
        "top of what the step after sent.",
        (_SENT, 'dh, dc = dh - dy[t] + of_step["h"], of_step["c"]'),
    ),
    mistake(
        "dc piles up: what goes on to the step before is what this step returned, and not that on "
        "top of the dc that came in.",
        (_SENT, 'dh, dc = of_step["h"], dc + of_step["c"]'),
    ),
    mistake(
        "The gradients for the state before the first step are zero. They are the dh and dc that "
        "step 0 returned; another piece of text, or a network that makes the first state, wants "
        "them.",
        ('"h": dh, "c": dc', '"h": 0 * dh, "c": 0 * dc'),
    ),
    mistake(
        "The gradient for the first h is zero. It is the dh that step 0 returned.",
        ('"h": dh,', '"h": 0 * dh,'),
    ),
    mistake(
        "The gradient for the first c is zero. It is the dc that step 0 returned.",
        ('"c": dc', '"c": 0 * dc'),
    ),
    mistake(
        "The gradient for the first h has dy[0] in it. dy[0] is for hs[1]; hs[0] is no output.",
        ('"h": dh,', '"h": dh + dy[0],'),
    ),
    mistake(
        "dx holds the steps in reverse order: dx[t] belongs to x[t].",
        ("dx[t] = of_step", "dx[len(x) - 1 - t] = of_step"),
    ),
    mistake(
        "The gradients of the weights are means over the steps. Ways add up: they are sums.",
        ('"Wx": dWx, "Wh": dWh, "b": db,', '"Wx": dWx/len(x), "Wh": dWh/len(x), "b": db/len(x),'),
    ),
)

HINTS = (
    "Forward, the step t:\n\n"
    "    new_h, new_c, of_step = lstm_step_forward(x[t], Wx, Wh, b, hs[t], cs[t])\n\n"
    "Then append each of the three to its list.",
    "Backward: what arrives for hs[t + 1]? The dh that the step after sent (zeros for the last "
    "step), and dy[t]. Add them before you call lstm_step_backward.",
    "lstm_step_backward(dh, dc, x, Wx, Wh, h, c, new_c, gates) wants, for step t: x[t], the states "
    "before it, hs[t] and cs[t], the cell that it made, cs[t + 1], and gates[t].",
    "It returns a dict. Its x goes to dx[t]; its Wx, Wh and b are added to dWx, dWh and db with "
    "+=; its h and c are the dh and dc for the step before.",
    "So the body of the loop is:\n\n"
    "    of_step = lstm_step_backward(dh + dy[t], dc, x[t], ...)\n"
    '    dx[t] = of_step["x"]\n'
    '    dWx += of_step["Wx"]\n'
    "    ...\n"
    '    dh, dc = of_step["h"], of_step["c"]',
)


def check(reader: Reader) -> Report:
    """Check the way forward through a sequence, and if it is right the way back.

    Parameters
    ----------
    reader : Reader
        The reader's file.
    """
    cases = (_arguments(*sizes) for sizes in ((3, 3, 3, 3), (4, 2, 3, 4)))
    note = "lstm_backward is checked when lstm_forward is right."
    return check_both_ways(reader, cases, _check_forward, _check_backward, note)


def _arguments(steps: int, rows: int, inputs: int, units: int) -> dict[str, Array]:
    generator = np.random.default_rng(5)
    shapes: dict[str, tuple[int, ...]] = {"x": (steps, rows, inputs), "Wx": (inputs, 4 * units)}
    shapes |= {"Wh": (units, 4 * units), "b": (4 * units,), "h": (rows, units), "c": (rows, units)}
    return {name: generator.normal(size=shape) for name, shape in shapes.items()}


def _check_forward(reader: Reader, arguments: dict[str, Array]) -> Report:
    def run(function: Callable[..., Any]) -> Named:
        return named(function(*arguments.values()), "hs", "cs", "gates")

    right = {name: np.array(value) for name, value in run(lstm_forward).items()}

    def wrong(together: int = 1) -> list[Variant]:
        own = variants(lstm_forward, FORWARD_MISTAKES, together)
        if together != 1:
            return own
        within = variants_within(lstm_forward, lstm_step_forward, lstm_step.FORWARD_MISTAKES)
        return own + within

    return compare(run, reader.function("lstm_forward"), right, wrong)


def _check_backward(reader: Reader, arguments: dict[str, Array]) -> Report:
    x, Wx, Wh, _, h, _ = arguments.values()
    states = lstm_forward(**arguments)
    dy = np.random.default_rng(6).normal(size=(len(x), *h.shape))

    def run(function: Callable[..., Any]) -> Named:
        returned = function(dy, x, Wx, Wh, *states)
        return named(returned, "dx", "dWx", "dWh", "db", "dh", "dc")

    def outputs(**moved: Array) -> Array:
        return lstm_forward(**moved)[0][1:]

    right = exact_gradients(outputs, arguments, dy)

    def wrong(together: int = 1) -> list[Variant]:
        own = variants(lstm_backward, BACKWARD_MISTAKES, together)
        if together != 1:
            return own
        within = variants_within(lstm_backward, lstm_step_backward, lstm_step.BACKWARD_MISTAKES)
        return own + within

    return compare(run, reader.function("lstm_backward"), right, wrong)


TASK = Task(4, "bptt", "Back-propagation through time", check, HINTS, (lstm_forward, lstm_backward))
