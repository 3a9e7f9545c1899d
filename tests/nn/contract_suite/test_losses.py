"""Every loss: value, gradient, shards, data types, extreme outputs, wrong targets."""

from collections.abc import Callable

import numpy as np
import pytest

from glassnet.nn import Array, rows_to_average
from glassnet.nn.gradcheck import check_loss
from tests.nn.contract_suite.tables.losses import LOSSES, LossLine, Pair
from tests.nn.contract_suite.test_inputs import ORDERS

every_loss = pytest.mark.parametrize("line", LOSSES.values(), ids=list(LOSSES))


def inputs(line: LossLine) -> Pair:
    return line.inputs(np.random.default_rng(0))


@every_loss
def test_value_and_gradient(line: LossLine) -> None:
    output, targets = inputs(line)
    value, _ = line.loss(output, targets)
    assert isinstance(value, float)
    assert value == pytest.approx(line.value(output, targets), rel=1e-12)
    check_loss(line.loss, output, targets)


@every_loss
def test_agrees_with_pytorch(line: LossLine) -> None:
    torch = pytest.importorskip("torch")
    output, targets = inputs(line)
    value, gradient = line.loss(output, targets)
    tensor = torch.tensor(output, requires_grad=True)
    theirs = line.twin(torch, tensor, torch.tensor(targets))
    theirs.backward()
    assert value == pytest.approx(theirs.item(), rel=1e-12)
    np.testing.assert_allclose(gradient, tensor.grad.numpy(), rtol=1e-12, atol=1e-15)


@every_loss
@pytest.mark.parametrize("cut", [0, 1, 3])
def test_shards_with_total_add_up(line: LossLine, cut: int) -> None:
    output, targets = inputs(line)
    value, gradient = line.loss(output, targets)
    total = rows_to_average(line.loss, targets)
    parts = [line.loss(output[s], targets[s], total) for s in (np.s_[:cut], np.s_[cut:])]
    assert sum(part[0] for part in parts) == pytest.approx(value, rel=1e-12)
    together = np.concatenate([part[1] for part in parts])
    np.testing.assert_allclose(together, gradient, rtol=1e-12, atol=1e-15)
    # By keyword it is the same as by position.
    assert line.loss(output, targets, total=2 * total)[0] == pytest.approx(value / 2, rel=1e-12)


@every_loss
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("size", [-1e4, 1e4])
def test_extreme_outputs_are_finite(
    line: LossLine, dtype: np.typing.DTypeLike, size: float
) -> None:
    output, targets = inputs(line)
    extreme = np.sign(output) * size
    for row in (extreme, np.full_like(output, size)):
        value, gradient = line.loss(row.astype(dtype), targets)
        assert np.isfinite(value)
        assert value >= 0
        assert np.isfinite(gradient).all()


@every_loss
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_gradient_has_the_data_type_of_the_output(
    line: LossLine, dtype: np.typing.DTypeLike
) -> None:
    output, targets = inputs(line)
    value, gradient = line.loss(output.astype(dtype), targets)
    assert gradient.dtype == dtype
    assert gradient.shape == output.shape
    assert value == pytest.approx(line.value(output, targets), rel=1e-5)


@every_loss
@pytest.mark.parametrize("order", ORDERS)
def test_inputs_in_any_order_of_memory(line: LossLine, order: str) -> None:
    output, targets = inputs(line)
    value, gradient = line.loss(output, targets)
    before = output.copy(), targets.copy()
    found = line.loss(ORDERS[order](output), ORDERS[order](targets))
    assert found[0] == pytest.approx(value, rel=1e-12)
    np.testing.assert_allclose(found[1], gradient, rtol=1e-12, atol=1e-15)
    gradient[...] = 77  # a later write into what is returned
    np.testing.assert_array_equal(output, before[0])
    np.testing.assert_array_equal(targets, before[1])


@every_loss
def test_one_row(line: LossLine) -> None:
    output, targets = inputs(line)
    alone = [line.loss(output[n : n + 1], targets[n : n + 1])[0] for n in range(len(output))]
    assert np.mean(alone) == pytest.approx(line.loss(output, targets)[0], rel=1e-12)


WRONG = [
    pytest.param(line, wrong, id=f"{name}: {what}")
    for name, line in LOSSES.items()
    for what, wrong in line.wrong.items()
]


@pytest.mark.parametrize(("line", "wrong"), WRONG)
def test_wrong_targets_are_refused(line: LossLine, wrong: Callable[[Array], Array]) -> None:
    output, targets = inputs(line)
    with pytest.raises(ValueError, match="targets") as error:
        line.loss(output, wrong(targets))
    assert "\n" not in str(error.value)


@every_loss
def test_a_mean_over_no_rows_is_refused(line: LossLine) -> None:
    output, targets = inputs(line)
    for total in (0, -1):
        with pytest.raises(ValueError, match="must be positive"):
            line.loss(output, targets, total)
    with pytest.raises(ValueError, match="no rows to average over"):
        line.loss(output[:0], targets[:0])
