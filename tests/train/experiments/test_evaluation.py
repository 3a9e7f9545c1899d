import pytest

from glassnet.train.experiments import Evaluation


@pytest.mark.parametrize(
    ("evaluation", "printed"),
    [
        (Evaluation(0.5, "a pixel"), "loss 0.5000 nats a pixel"),
        (Evaluation(0.5, "an image", 0.975), "loss 0.5000 nats an image, accuracy 97.50%"),
        (
            Evaluation(0.5, "a character", 1.0),
            "loss 0.5000 nats a character, 0.7213 bits a character, accuracy 100.00%",
        ),
    ],
)
def test_an_evaluation_in_words(evaluation: Evaluation, printed: str) -> None:
    assert str(evaluation) == printed
