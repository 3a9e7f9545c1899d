"""Every layer against a plain version and against PyTorch, in training and not."""

import numpy as np
import pytest

from glassnet.nn import BatchShard
from tests.nn.contract_suite.tables.layers import LAYERS
from tests.nn.contract_suite.tables.lines.line import LayerLine, equal, gradient_for, results

both_ways = pytest.mark.parametrize("train", [False, True], ids=["", "train"])
with_oracle = [pytest.param(line, id=name) for name, line in LAYERS.items() if line.oracle]
with_twin = [pytest.param(line, id=name) for name, line in LAYERS.items() if line.twin]


def randomness(train: bool) -> BatchShard | None:
    """What `results` draws from in training."""
    return BatchShard(np.random.default_rng(5)) if train else None


@pytest.mark.parametrize("line", with_oracle)
@both_ways
@pytest.mark.parametrize("start", [False, True], ids=["", "state"])
def test_agrees_with_a_plain_version(line: LayerLine, train: bool, start: bool) -> None:
    if start and not line.state:
        return
    layer, x = line.layer(), line.input()
    state = line.start() if start else {}
    found = results(layer, x, train=train, start=state)
    assert line.oracle is not None
    expected = line.oracle(layer, x, gradient_for(found["y"]), randomness(train))
    equal(found, expected, 1e-11)
    assert "auxiliary loss" in expected or found["auxiliary loss"] == 0


@pytest.mark.parametrize("line", with_twin)
@both_ways
@pytest.mark.parametrize("start", [False, True], ids=["", "state"])
def test_agrees_with_pytorch(line: LayerLine, train: bool, start: bool) -> None:
    torch = pytest.importorskip("torch")
    if start and not line.state:
        return
    layer, x = line.layer(), line.input()
    state = line.start() if start else {}
    found = results(layer, x, train=train, start=state)
    if not start:  # what comes back for zeros is compared with the plain version
        found = {name: value for name, value in found.items() if name not in layer.dstate}
    assert line.twin is not None
    tensors = {
        name: torch.tensor(value, requires_grad=True)
        for name, value in {**layer.parameters, **state}.items()
    }
    inputs = torch.tensor(x, requires_grad=not line.ids)
    output = line.twin(layer, tensors, inputs, randomness(train))
    y, auxiliary = output if isinstance(output, tuple) else (output, torch.tensor(0.0))
    ((y * torch.tensor(gradient_for(found["y"]))).sum() + auxiliary).backward()
    expected = {name: tensor.grad.numpy() for name, tensor in tensors.items()}
    if not line.ids:
        expected["x"] = inputs.grad.numpy()
    expected["y"] = y.detach().numpy()
    expected["auxiliary loss"] = auxiliary.detach().numpy()
    equal(found, expected, 1e-10)
