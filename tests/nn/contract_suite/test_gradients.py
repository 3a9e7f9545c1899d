"""Every layer: gradients, data types, the gradient for the input left out, shards of a batch."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

import numpy as np
import pytest

from glassnet.nn import NO_GRADIENT, Array, BatchShard, Layer
from glassnet.nn.gradcheck import check_layer
from tests.nn.contract_suite.tables.layers import LAYERS
from tests.nn.contract_suite.tables.lines.line import LayerLine, equal, gradient_for, results
from tests.nn.contract_suite.workers import together_in_threads

every_layer = pytest.mark.parametrize("line", LAYERS.values(), ids=list(LAYERS))
both_ways = pytest.mark.parametrize("train", [False, True], ids=["", "train"])
with_parameters = pytest.mark.parametrize(
    "line",
    [pytest.param(line, id=name) for name, line in LAYERS.items() if line.build().parameter_count],
)


@every_layer
@both_ways
def test_gradients(line: LayerLine, train: bool) -> None:
    check_layer(line.layer(), line.input(), train=train)
    if line.state is not None:
        check_layer(line.layer(), line.input(), train=train, state=line.start())


@every_layer
def test_training_differs_only_by_random_numbers_and_statistics(line: LayerLine) -> None:
    layer, x = line.layer(), line.input()
    trained, tested = (results(layer, x, train=train) for train in (True, False))
    assert (not np.array_equal(trained["y"], tested["y"])) == (line.random or line.batch_statistics)
    again = results(layer, x, train=True)
    equal(again, trained, 0)
    if line.random:
        other = results(layer, x, train=True, shard=BatchShard(np.random.default_rng(6)))
        assert not np.array_equal(other["y"], trained["y"])


@every_layer
@both_ways
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_data_type_stays(line: LayerLine, train: bool, dtype: np.typing.DTypeLike) -> None:
    layer = line.layer(dtype)
    found = results(layer, line.input(dtype), train=train, start=line.start(dtype))
    del found["auxiliary loss"]
    assert {name: value.dtype for name, value in found.items()} == dict.fromkeys(found, dtype)
    assert isinstance(layer.auxiliary_loss, float)


@with_parameters
def test_parameters_of_float32_make_float32_of_float64(line: LayerLine) -> None:
    found = results(line.layer(np.float32), line.input(np.float64))
    assert found["y"].dtype == np.float32
    assert found.get("x", found["y"]).dtype == np.float32


@every_layer
def test_float32_is_close_to_float64(line: LayerLine) -> None:
    x, start, found = line.input(), line.start(), []
    dy = gradient_for(line.layer().forward(x))
    for dtype in (np.float32, np.float64):
        layer = line.layer(dtype)
        typed = x if line.ids else x.astype(dtype)
        begin = {name: value.astype(dtype) for name, value in start.items()}
        found.append(results(layer, typed, dy.astype(dtype), start=begin))
    equal(found[0], found[1], 1e-4)


@every_layer
@both_ways
def test_backward_twice_doubles_the_gradients(line: LayerLine, train: bool) -> None:
    layer, x = line.layer(), line.input()
    once = results(layer, x, train=train, start=line.start())
    dy = gradient_for(once["y"])
    dx = np.array(layer.backward(dy))
    for name, gradient in layer.gradients.items():
        np.testing.assert_allclose(gradient, 2 * once[name], rtol=1e-12, atol=1e-12)
    for name, value in layer.dstate.items():
        np.testing.assert_array_equal(value, once[name])
    if not line.ids:
        np.testing.assert_array_equal(dx, once["x"])
    layer.zero_grad()
    assert not layer.grad.any()
    layer.backward(dy)
    for name, gradient in layer.gradients.items():
        np.testing.assert_array_equal(gradient, once[name])


@contextmanager
def parameters_read(layer: Layer) -> Iterator[list[str]]:
    """Collect the names of the parameters that are read, of this layer and those inside it."""
    read: list[str] = []

    def watched(prefix: str, kind: type[Layer], declared: set[str]) -> type[Layer]:
        class Watched(kind):  # type: ignore[misc, valid-type]
            def __getattribute__(self, name: str) -> object:
                if name in declared:
                    read.append(prefix + name)
                return super().__getattribute__(name)

        return Watched

    kinds = [(part, type(part)) for _, part in layer.walk()]
    for prefix, part in layer.walk():
        part.__class__ = watched(prefix, type(part), set(part._declared))  # type: ignore[assignment]
    try:
        yield read
    finally:
        for part, kind in kinds:
            part.__class__ = kind  # type: ignore[assignment]


@with_parameters
@both_ways
def test_the_gradient_for_the_input_can_be_left_out(line: LayerLine, train: bool) -> None:
    layer, x, start = line.layer(), line.input(), line.start()
    whole = results(layer, x, train=train, start=start)
    dy = gradient_for(whole["y"])
    with parameters_read(layer) as before:
        layer.backward(dy)
    layer.skip_input_gradient()
    found = results(layer, x, train=train, start=start)
    equal(found, {**whole, "x": NO_GRADIENT}, 0)
    with parameters_read(layer) as after:
        assert layer.backward(dy) is NO_GRADIENT
    # What only the gradient for the input needs is not even read, so nothing is computed with it.
    assert line.ids or not before or len(after) < len(before)


def test_an_input_gradient_that_is_computed_in_vain_is_noticed() -> None:
    line = LAYERS["Dense"]

    class Wasteful(type(line.build())):  # type: ignore[misc]
        def backward(self, dy: np.ndarray) -> np.ndarray:
            wanted, self.requires_input_gradient = self.requires_input_gradient, True
            dx = super().backward(dy)
            self.requires_input_gradient = wanted
            return dx if wanted else NO_GRADIENT

    wasteful = LayerLine(lambda: Wasteful(3, 4), line.shape, None, None)
    with pytest.raises(AssertionError):
        test_the_gradient_for_the_input_can_be_left_out(wasteful, False)


def rows(value: np.ndarray, axis: int, start: int, stop: int) -> np.ndarray:
    return value[(slice(None),) * axis + (slice(start, stop),)]


@every_layer
@both_ways
@pytest.mark.parametrize("cut", ["even", "uneven", "nothing"])
def test_shards_together_equal_the_whole(line: LayerLine, train: bool, cut: str) -> None:
    layer, x, start, axis = line.layer(), line.input(), line.start(), line.batch_axis
    whole = results(layer, x, train=train, start=start)
    dy, total = gradient_for(whole["y"]), x.shape[axis]
    middle = {"even": total // 2, "uneven": 1, "nothing": 0}[cut]

    def part(first: int, last: int, all_reduce: Callable[[Array], Array]) -> dict[str, Array]:
        return results(
            line.layer(),
            rows(x, axis, first, last),
            rows(dy, line.axis_of_output, first, last),
            train=train,
            start={name: value[first:last] for name, value in start.items()},
            shard=BatchShard(np.random.default_rng(5), first, last, total, all_reduce),
        )

    parts = together_in_threads(partial(part, 0, middle), partial(part, middle, total))
    axes = {"y": line.axis_of_output, "x": axis, **dict.fromkeys(layer.dstate, 0)}
    together = {
        name: np.concatenate([part[name] for part in parts], axes[name])
        if name in axes
        else parts[0][name] + parts[1][name]
        for name in whole
    }
    np.testing.assert_allclose(together["auxiliary loss"], whole["auxiliary loss"], rtol=1e-12)
    equal(together, whole)
