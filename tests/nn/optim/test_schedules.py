import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glassnet.nn.optim.schedules import (
    SCHEDULES,
    Schedule,
    constant,
    cosine,
    exponential,
    one_cycle,
    parse_schedule,
    step_decay,
)

TOTAL, EPOCH = 1000, 100  # steps in all, steps in an epoch


def factor(schedule: Schedule, step: int) -> float:
    return schedule(step, TOTAL, EPOCH)


@pytest.mark.parametrize(
    ("schedule", "step", "expected"),
    [
        (constant(), 0, 1.0),
        (constant(), TOTAL, 1.0),
        (step_decay(2, 0.5), 0, 1.0),
        (step_decay(2, 0.5), 199, 1.0),
        (step_decay(2, 0.5), 200, 0.5),
        (step_decay(2, 0.5), 399, 0.5),
        (step_decay(2, 0.5), 999, 0.5**4),
        (step_decay(2, 0.5), TOTAL, 0.5**5),
        (step_decay(0.5, 0.1), 49, 1.0),
        (step_decay(0.5, 0.1), 50, 0.1),
        (exponential(0.9), 0, 1.0),
        (exponential(0.9), 50, 0.9**0.5),
        (exponential(0.9), 100, 0.9),
        (exponential(0.9), TOTAL, 0.9**10),
        (one_cycle(), 0, 0.04),
        (one_cycle(), 150, 0.52),
        (one_cycle(), 300, 1.0),
        (one_cycle(), 650, 0.5),
        (one_cycle(), TOTAL, 0.0),
        (one_cycle(), 2 * TOTAL, 0.0),
        (one_cycle(0.1, start=0.5), 50, 0.75),
        (one_cycle(0.1, start=0.5), 100, 1.0),
        (one_cycle(0.0), 0, 1.0),
        (one_cycle(floor=0.2), 150, 0.52),
        (one_cycle(floor=0.2), 650, 0.6),
        (one_cycle(floor=0.2), TOTAL, 0.2),
        (one_cycle(floor=0.2), 2 * TOTAL, 0.2),
        (cosine(), 0, 1.0),
        (cosine(), 250, 0.5 + math.sqrt(2) / 4),
        (cosine(), 500, 0.5),
        (cosine(), TOTAL, 0.0),
        (cosine(), 2 * TOTAL, 0.0),
    ],
)
def test_values(schedule: Schedule, step: int, expected: float) -> None:
    assert factor(schedule, step) == pytest.approx(expected, rel=1e-12, abs=1e-15)


@pytest.mark.parametrize("schedule", [constant(), step_decay(3, 0.5), exponential(0.8), cosine()])
def test_schedules_that_only_fall_never_rise(schedule: Schedule) -> None:
    factors = [factor(schedule, step) for step in range(TOTAL + 50)]
    assert all(later <= earlier for earlier, later in itertools.pairwise(factors))


def test_one_cycle_rises_once_and_falls_once() -> None:
    factors = [factor(one_cycle(0.25), step) for step in range(TOTAL)]
    peak = factors.index(max(factors))
    assert peak == 250
    assert factors[: peak + 1] == sorted(factors[: peak + 1])
    assert factors[peak:] == sorted(factors[peak:], reverse=True)


@pytest.mark.parametrize(
    ("schedule", "name", "options"),
    [
        (step_decay(3, 0.5), "StepLR", {"step_size": 3, "gamma": 0.5}),
        (exponential(0.9), "ExponentialLR", {"gamma": 0.9}),
        (cosine(), "CosineAnnealingLR", {"T_max": 10}),
    ],
)
def test_agrees_with_pytorch_at_the_start_of_each_epoch(
    schedule: Schedule, name: str, options: dict[str, float]
) -> None:
    torch = pytest.importorskip("torch")
    optimizer = torch.optim.SGD([torch.zeros(1)], lr=1.0)
    theirs = getattr(torch.optim.lr_scheduler, name)(optimizer, **options)
    for epoch in range(11):
        assert factor(schedule, epoch * EPOCH) == pytest.approx(theirs.get_last_lr()[0], abs=1e-12)
        optimizer.step()
        theirs.step()


@pytest.mark.parametrize(
    ("text", "schedule"),
    [
        ("constant", constant()),
        ("step:2:0.5", step_decay(2, 0.5)),
        ("step:0.5:1e-1", step_decay(0.5, 0.1)),
        ("exponential:0.95", exponential(0.95)),
        ("one-cycle", one_cycle()),
        ("one-cycle:0.2", one_cycle(0.2)),
        ("one-cycle:0", one_cycle(0)),
        ("one-cycle:0.2:0.1", one_cycle(0.2, floor=0.1)),
        ("cosine", cosine()),
    ],
)
def test_parses_each_kind(text: str, schedule: Schedule) -> None:
    parsed = parse_schedule(text)
    steps = range(0, TOTAL + 1, 10)
    assert [factor(parsed, step) for step in steps] == [factor(schedule, step) for step in steps]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "is not known"),
        ("linear", "is not known"),
        ("Cosine", "is not known"),
        ("cosine:2", "is not known"),
        ("constant:", "is not known"),
        ("step:2", "is not known"),
        ("step:2:0.5:1", "is not known"),
        ("step:two:0.5", "'two' is not a number"),
        ("step::0.5", "'' is not a number"),
        ("step:0:0.5", "the epochs from one decay to the next must be above 0, not 0.0"),
        ("step:nan:0.5", "the epochs from one decay to the next must be above 0, not nan"),
        ("step:1:0", "the factor must be above 0 and at most 1, not 0.0"),
        ("exponential", "is not known"),
        ("exponential:1.5", "the factor must be above 0 and at most 1, not 1.5"),
        ("exponential:nan", "the factor must be above 0 and at most 1, not nan"),
        ("one-cycle:1", "the warm-up must be at least 0 and below 1, not 1.0"),
        ("one-cycle:0.1:1.5", "the floor must be at least 0 and at most 1, not 1.5"),
        ("one-cycle:0.1:nan", "the floor must be at least 0 and at most 1, not nan"),
        ("one-cycle:-0.1", "the warm-up must be at least 0 and below 1, not -0.1"),
    ],
)
def test_says_in_one_line_what_is_wrong_and_what_is_allowed(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match="allowed are") as caught:
        parse_schedule(text)
    message = str(caught.value)
    assert message.startswith(f"schedule {text!r}")
    assert reason in message
    assert message.endswith(SCHEDULES)
    assert "\n" not in message


@given(text=st.text(alphabet="constepyl-i:0.59", max_size=16))
def test_no_text_raises_anything_but_value_errors(text: str) -> None:
    try:
        schedule = parse_schedule(text)
    except ValueError:
        return
    assert 0 <= factor(schedule, 5) <= 1


def test_factors_of_one_change_nothing() -> None:
    for schedule in (one_cycle(0.5, start=1.0, floor=1.0), step_decay(0.25, 1.0), exponential(1.0)):
        assert [schedule(now, 4, 1) for now in range(5)] == [1, 1, 1, 1, 1]


@pytest.mark.parametrize("start", [0.0, 1.1, math.nan])
def test_one_cycle_needs_a_start_it_can_rise_from(start: float) -> None:
    with pytest.raises(ValueError, match="start must be above 0 and at most 1"):
        one_cycle(0.3, start)
