import numpy as np
import pytest

from glassnet.nn import Array, Dense, softmax_cross_entropy
from glassnet.train import DataMismatchError
from glassnet.train.fitting.data import Batches
from glassnet.train.fitting.experiment import FitExperiment, require_fit
from glassnet.train.fitting.measures import measures_of
from glassnet.train.objectives.batches import BatchObjective
from glassnet.train.objectives.examples.iterables import IterableObjective

X, TARGETS = np.ones((6, 3), np.float32), np.array([0, 1, 1, 0, 1, 0])


def experiment(x: Array = X, targets: Array = TARGETS, batch: int = 4) -> FitExperiment:
    network = Dense(3, 2).initialize(np.random.default_rng(1))
    measures = measures_of(["accuracy"], 0)
    return FitExperiment(
        network, softmax_cross_entropy, (x, targets), (x, targets), measures, batch, (0, 0)
    )


def test_the_fingerprint_is_that_of_types_shapes_and_numbers() -> None:
    def fingerprint(x: Array, targets: Array = TARGETS) -> str:
        made = experiment(x, targets)
        made.identify()
        return made.fingerprint

    other = X.copy()
    other[5, 2] = 2
    prints = [
        fingerprint(X),
        fingerprint(other),
        fingerprint(X.astype(np.float64)),
        fingerprint(X.reshape(6, 3, 1)),
        fingerprint(X, TARGETS[::-1]),
    ]
    assert len(set(prints)) == len(prints)
    assert fingerprint(np.asfortranarray(X)) == fingerprint(X)


def test_arrays_and_batches_have_their_objectives() -> None:
    made = experiment()
    generator = np.random.default_rng(1)
    objective = made.objective(made.network(), generator=generator)
    assert isinstance(objective, BatchObjective)
    assert (made.rows, made.summary, made.measures) == (4, "6 examples", ("validation_accuracy",))
    batches = Batches([(X, TARGETS)], "data", (0, 0))
    own = FitExperiment(Dense(3, 2), softmax_cross_entropy, batches, None, {}, 4, (0, 0))
    own.identify()
    assert (own.fingerprint, own.measures) == ("", ())
    network = Dense(3, 2).initialize(generator)
    assert isinstance(own.objective(network, generator=generator), IterableObjective)


def test_evaluation() -> None:
    made = experiment()
    found = made.evaluate(made.network())
    assert found.accuracy == 0.5
    assert found.per == "an example"


def test_a_network_that_returns_no_array() -> None:
    class Nothing(Dense):
        def forward(self, x: Array, train: bool = False) -> Array:
            return None  # type: ignore[return-value]

    with pytest.raises(DataMismatchError, match=r"^the network returns a NoneType, not an array"):
        require_fit(Nothing(3, 2), softmax_cross_entropy, (X, TARGETS), {}, (0, 0))
