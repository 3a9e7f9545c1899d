import numpy as np
import pytest

from glassnet import nn
from glassnet.learn.mistakes import Mistake, variants
from glassnet.learn.tasks.cross_entropy import MISTAKES, TASK, softmax_cross_entropy
from glassnet.nn import Array, plain
from tests.learn.solved import reader_of
from tests.mutate import mutant
from tests.nn.losses.test_cross_entropy import SOFTMAX_MUTANTS


def test_the_solution_is_right() -> None:
    report = TASK.check(reader_of(TASK))
    assert report.passed
    assert list(report.right) == ["loss", "dlogits"]
    assert report.error < 1e-15


def test_the_solution_is_the_plain_version(generator: np.random.Generator) -> None:
    logits, targets = generator.normal(size=(6, 4)), generator.integers(0, 4, 6)
    loss, dlogits = softmax_cross_entropy(logits, targets)
    expected, gradient = plain.softmax_cross_entropy(logits, targets)
    assert loss == pytest.approx(expected, abs=1e-14)
    np.testing.assert_allclose(dlogits, gradient, atol=1e-15)


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.changes[0][1])
def test_every_mistake_is_explained(mistake: Mistake) -> None:
    (wrong,) = variants(softmax_cross_entropy, [mistake])
    report = TASK.check(reader_of(TASK, softmax_cross_entropy=wrong.function))
    assert report.explanations == [mistake.explanation]


def test_large_logits_are_tried_when_only_the_loss_is_filled_in() -> None:
    (overflowing,) = [each for each in MISTAKES if "overflow:" in each.explanation]
    (wrong,) = variants(softmax_cross_entropy, [overflowing])
    reader = reader_of(TASK, softmax_cross_entropy=lambda *given: (wrong.function(*given)[0], ...))
    report = TASK.check(reader)
    assert report.unfilled == ["dlogits"]
    assert report.explanations == [overflowing.explanation]


def test_a_mistake_that_gives_infinity_explains_no_finite_number() -> None:
    def clipped(logits: Array, targets: Array) -> tuple[float, Array]:
        return softmax_cross_entropy(np.clip(logits, -500, 500), targets)

    report = TASK.check(reader_of(TASK, softmax_cross_entropy=clipped))
    assert list(report.wrong) == ["loss", "dlogits"]
    assert report.explanations == []


EXPLANATIONS = {
    "target forgotten": "The gradient is p for all classes",
    "not averaged": "The gradient is not divided by the number of examples.",
    "next class": "The 1 is taken away from the class next to the right one",
}


@pytest.mark.parametrize("name", SOFTMAX_MUTANTS)
def test_every_wrong_loss_of_the_tests_is_explained(name: str) -> None:
    wrong = mutant(nn.softmax_cross_entropy, *SOFTMAX_MUTANTS[name])
    (found,) = TASK.check(reader_of(TASK, softmax_cross_entropy=wrong)).explanations
    assert found.startswith(EXPLANATIONS[name])


def test_what_only_large_logits_show_is_said() -> None:
    (overflowing,) = [each for each in MISTAKES if "overflow:" in each.explanation]
    (wrong,) = variants(softmax_cross_entropy, [overflowing])
    report = TASK.check(reader_of(TASK, softmax_cross_entropy=wrong.function))
    assert report.wrong["loss"].startswith("it is nan and should be ")
    assert report.notes[0].startswith("With small logits all is right.")
