import numpy as np

from glassnet.visualize.neurons.search.findings import VERDICTS, verdict


def test_verdicts() -> None:
    cases = {
        (0.9, 0.9, 0.1, 0.1): "chance level",
        (0.9, np.inf, 0.1, 0.1): "chance level",
        (0.9, 0.1, 0.9, 0.1): "letter detector",
        (0.9, 0.1, 0.1, 0.9): "as untrained",
        (0.49, 0.1, 0.1, 0.1): "weak",
        (0.5, 0.1, -0.9, 0.1): "clear",
        (0.8, 0.1, 0.1, 0.1): "strong",
    }
    assert {verdict(*case) for case in cases} == set(VERDICTS)
    for case, expected in cases.items():
        assert verdict(*case) == expected
