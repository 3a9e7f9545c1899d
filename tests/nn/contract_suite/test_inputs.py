"""Every layer: inputs in any order of memory, read-only, empty, of one row, of the wrong shape."""

import numpy as np
import pytest

from glassnet.nn import Array, BatchShard, Layer
from tests.nn.contract_suite.tables.layers import LAYERS
from tests.nn.contract_suite.tables.lines.line import LayerLine, Shape, equal, gradient_for, results

every_layer = pytest.mark.parametrize("line", LAYERS.values(), ids=list(LAYERS))
both_ways = pytest.mark.parametrize("train", [False, True], ids=["", "train"])


def strided(array: Array) -> Array:
    """The same numbers, every second of a larger array."""
    wide = np.full([2 * n for n in array.shape], 99, array.dtype)
    view = wide[(slice(None, None, 2),) * array.ndim]
    view[...] = array
    return view


def transposed(array: Array) -> Array:
    """The same numbers with the first axis nearest in memory."""
    return np.asfortranarray(array)


def reversed_(array: Array) -> Array:
    """The same numbers with negative strides."""
    backwards = (slice(None, None, -1),) * array.ndim
    return array[backwards].copy()[backwards]


def read_only(array: Array) -> Array:
    array = array.copy()
    array.flags.writeable = False
    return array


ORDERS = {f.__name__.strip("_"): f for f in (strided, transposed, reversed_, read_only)}


@every_layer
@both_ways
@pytest.mark.parametrize("order", ORDERS)
def test_inputs_in_any_order_of_memory(line: LayerLine, train: bool, order: str) -> None:
    x, start, arranged = line.input(), line.start(), ORDERS[order]
    expected = results(line.layer(), x, train=train, start=start)
    dy = gradient_for(expected["y"])
    begin = {name: arranged(value) for name, value in start.items()}
    found = results(line.layer(), arranged(x), arranged(dy), train=train, start=begin)
    equal(found, expected)


@every_layer
@both_ways
def test_nothing_given_is_written_to(line: LayerLine, train: bool) -> None:
    layer, x, start = line.layer(), line.input(), line.start()
    layer.state = start
    dy = gradient_for(layer.forward(x, train))
    before = [x.copy(), dy.copy(), layer.theta.copy(), *(v.copy() for v in start.values())]
    layer.backward(dy)
    layer.carry()
    after = [x, dy, layer.theta, *start.values()]
    for was, now in zip(before, after, strict=True):
        np.testing.assert_array_equal(now, was)


@every_layer
@both_ways
def test_what_is_returned_can_not_be_written_to(line: LayerLine, train: bool) -> None:
    layer, x, start = line.layer(), line.input(), line.start()
    expected = results(layer, x, train=train, start=start)
    dy = gradient_for(expected["y"])
    given = [x, dy, layer.theta, *start.values()]
    before = [value.copy() for value in given]
    layer.set_batch_shard(BatchShard(np.random.default_rng(5)))
    layer.state = start
    layer.zero_grad()
    y = layer.forward(x, train)
    assert not y.flags.writeable
    dx = layer.backward(dy)
    assert not dx.flags.writeable
    if not line.ids:
        np.testing.assert_array_equal(dx, expected["x"])
    for name, gradient in layer.gradients.items():
        np.testing.assert_array_equal(gradient, expected[name])
    for was, now in zip(before, given, strict=True):
        np.testing.assert_array_equal(now, was)
    equal(results(layer, x, train=train, start=start), expected, 0)


@every_layer
@both_ways
def test_no_rows(line: LayerLine, train: bool) -> None:
    layer = line.layer()
    whole = results(layer, line.input(), train=train)["y"]
    found = results(layer, line.input().take(range(0), line.batch_axis), train=train)
    shape = list(whole.shape)
    shape[line.axis_of_output] = 0
    assert found["y"].shape == tuple(shape)
    if not line.ids:
        assert found["x"].shape == tuple(
            0 if a == line.batch_axis else n for a, n in enumerate(line.shape)
        )
    assert not layer.grad.any()
    assert layer.total_auxiliary_loss() == 0


@every_layer
def test_one_row(line: LayerLine) -> None:
    """Each row alone gives what it gives among the others, and the last gradients add up."""
    x, start, axis = line.input(), line.start(), line.batch_axis
    whole = line.layer()
    whole.state = start
    y = np.array(whole.forward(x))
    for row in range(x.shape[axis]):
        layer = line.layer()
        layer.state = {name: value[row : row + 1] for name, value in start.items()}
        alone = layer.forward(x.take([row], axis))
        expected = y.take([row], line.axis_of_output)
        np.testing.assert_allclose(alone, expected, rtol=1e-12, atol=1e-12)


@every_layer
def test_another_size_after_the_first(line: LayerLine) -> None:
    """What a layer keeps of one input does not show in the results for another."""
    x, axis, layer = line.input(), line.batch_axis, line.layer()
    expected = results(line.layer(), x.take(range(2), axis))
    results(layer, x, train=True, start=line.start())
    equal(results(layer, x.take(range(2), axis)), expected)


WRONG = [
    pytest.param(line, shape, id=f"{name} {shape}")
    for name, line in LAYERS.items()
    for shape in line.wrong
]


def names(layer: Layer) -> str:
    """A pattern for the name of the layer, or of one inside it."""
    return f"({'|'.join(type(part).__name__ for _, part in layer.walk())})"


@pytest.mark.parametrize(("line", "shape"), WRONG)
def test_wrong_shapes_are_refused_by_name(line: LayerLine, shape: Shape) -> None:
    layer = line.layer()
    with pytest.raises(ValueError, match=names(layer)) as error:
        layer.forward(np.zeros(shape, line.input().dtype))
    assert "\n" not in str(error.value)
    assert str(shape) in str(error.value) or str(shape[1:]) in str(error.value)


@every_layer
@both_ways
def test_gradients_of_the_wrong_shape_or_type_are_refused(line: LayerLine, train: bool) -> None:
    layer = line.layer()
    y = results(layer, line.input(), train=train)["y"]
    before = layer.grad.copy()
    kind = type(layer).__name__
    for dy in (y[None], y.ravel(), y.T, y[1:], y[..., :-1]):
        if dy.shape != y.shape:
            with pytest.raises(
                ValueError, match=rf"^{kind}\.backward expects dy of shape"
            ) as error:
                layer.backward(dy)
            assert str(error.value).endswith(f" {y.shape}, as y, got shape {dy.shape}")
    with pytest.raises(TypeError, match=rf"^{kind}\.backward expects dy of floats, got int64$"):
        layer.backward(np.ones(y.shape, np.int64))
    np.testing.assert_array_equal(layer.grad, before)


of_ids = [pytest.param(line, id=name) for name, line in LAYERS.items() if line.ids]


@pytest.mark.parametrize("line", of_ids)
@pytest.mark.parametrize("wrong", [-1, "too large"])
def test_ids_out_of_range_are_refused(line: LayerLine, wrong: int | str) -> None:
    x = line.input()
    x[(0,) * x.ndim] = line.ids if wrong == "too large" else wrong
    layer = line.layer()
    with pytest.raises(ValueError, match=rf"^{names(layer)} .* 0 to {line.ids - 1}$"):
        layer.forward(x)


def test_floats_in_place_of_ids_are_refused() -> None:
    for line in LAYERS.values():
        if line.ids:
            layer = line.layer()
            with pytest.raises(ValueError, match=rf"^{names(layer)} expects"):
                layer.forward(line.input().astype(np.float64))


with_state = [pytest.param(line, id=name) for name, line in LAYERS.items() if line.state]


@pytest.mark.parametrize("line", with_state)
@pytest.mark.parametrize("cut", ["a row less", "a unit less", "another axis"])
def test_states_of_the_wrong_shape_are_refused(line: LayerLine, cut: str) -> None:
    layer, x = line.layer(), line.input()
    wrong = {"a row less": np.s_[1:], "a unit less": np.s_[:, 1:], "another axis": np.s_[None]}[cut]
    for name, value in line.start().items():
        layer.state = {**line.start(), name: value[wrong]}
        with pytest.raises(ValueError, match=rf"^{type(layer).__name__}: state {name} has shape"):
            layer.forward(x)
