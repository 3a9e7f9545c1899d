import json
import math

import pytest

from glassnet.train.run.position import Position


@pytest.mark.parametrize("best", [math.inf, 1.25])
def test_it_comes_back_from_a_checkpoint(best: float) -> None:
    position = Position(7, 0.5, 1.5, best, 2, [{"epoch": 1, "training_loss": 0.1}])
    progress = json.loads(json.dumps(position.progress() | {"fingerprint": "of the data"}))
    assert Position.of(progress, position.history) == position
