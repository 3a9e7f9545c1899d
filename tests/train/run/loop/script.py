"""A training loop whose losses, gradients and validation losses are made up."""

from collections.abc import Sequence

import numpy as np

from glassnet.nn import SGD, Array, Dense
from glassnet.train import Trainer, TrainingOptions


class Script:
    """An objective whose losses, gradients and validation losses are given."""

    items_per_step, unit = 5, "rows"

    def __init__(
        self,
        network: Dense,
        losses: Sequence[float],
        gradients: Sequence[Sequence[float]],
        validation: Sequence[float] = (),
        per_epoch: int = 2,
        stages: Sequence[bool] = (),
    ) -> None:
        self._network, self._losses, self._gradients = network, iter(losses), iter(gradients)
        self._validation, self._stages = iter(validation), iter(stages)
        self.steps_per_epoch, self.in_last_stage = per_epoch, True
        self.seen: list[tuple[int, list[float]]] = []  # (step of the epoch, weights) at each update
        self.validated: list[list[float]] = []  # the weights at each validation

    def start_epoch(self) -> bool:
        return next(self._stages, False)

    def compute(self, step: int) -> float:
        assert not self._network.grad.any()
        self.seen.append((step, self._network.theta.tolist()))
        self._network.grad += next(self._gradients)
        return next(self._losses)

    def validate(self) -> dict[str, float]:
        self.validated.append(self._network.theta.tolist())
        loss = next(self._validation, None)
        return {} if loss is None else {"validation_loss": loss, "validation_wit": loss / 2}

    def state(self) -> dict[str, Array]:
        return {"seen": np.array([len(self.seen)])}

    def restore(self, state: dict[str, Array]) -> None:
        self.restored = state


def dense() -> Dense:
    layer = Dense(1, 2).initialize(np.random.default_rng(0), np.float64)
    layer.theta[...] = [1, 2, 3, 4]
    return layer


def trainer(network: Dense, objective: Script, **more: object) -> Trainer:
    options = {"learning_rate": 0.5, "epochs": 2, **more.pop("options", {})}  # type: ignore[dict-item, misc]
    defaults: dict[str, object] = {
        "generator": np.random.default_rng(0),
        "quiet": True,
        "optimizer": SGD(0.5, momentum=0),
    }
    return Trainer(network, objective, TrainingOptions(**options), **{**defaults, **more})  # type: ignore[arg-type]
