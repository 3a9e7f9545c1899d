from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glassnet.nn import Array, Layer, MaxPool1D, MaxPool2D
from glassnet.nn.arithmetic.sliding import Padding
from glassnet.nn.gradcheck import GradientError, check_layer
from glassnet.nn.plain import max_pooling_backward, max_pooling_forward
from glassnet.nn.testing import spaced_arrays
from tests.mutate import mutant

paddings: st.SearchStrategy[Padding] = st.sampled_from(["valid", "same"])
lengths = st.tuples(st.integers(1, 3), st.integers(1, 3))
images = spaced_arrays(
    st.tuples(st.integers(1, 2), st.integers(3, 7), st.integers(3, 6), st.integers(1, 2))
)


@given(x=images, pool_size=lengths, stride=st.none() | lengths, padding=paddings)
def test_pooling_agrees_with_loops(x: Array, pool_size: Any, stride: Any, padding: Padding) -> None:
    layer = MaxPool2D(pool_size, stride, padding)
    for values in (x, np.sign(x), np.zeros_like(x)):  # the last two are full of ties
        y, winners = max_pooling_forward(values, pool_size, stride, padding)
        np.testing.assert_array_equal(layer.forward(values), y)
        dy = np.arange(1.0, y.size + 1).reshape(y.shape)
        expected = max_pooling_backward(dy, values, winners)
        np.testing.assert_array_equal(layer.backward(dy), expected)


@given(x=images, pool_size=lengths, stride=st.none() | lengths, padding=paddings)
def test_pooling_gradients(x: Array, pool_size: Any, stride: Any, padding: Padding) -> None:
    check_layer(MaxPool2D(pool_size, stride, padding), x, every_coordinate=16)
    step = None if stride is None else stride[0]
    check_layer(MaxPool1D(pool_size[0], step, padding), x[:, :, 0], every_coordinate=16)


@given(x=images, pool_size=lengths, stride=st.none() | lengths)
def test_pooling_agrees_with_pytorch(x: Array, pool_size: Any, stride: Any) -> None:
    torch = pytest.importorskip("torch")
    layer = MaxPool2D(pool_size, stride)
    for values in (x, np.sign(x)):
        tx = torch.tensor(values, requires_grad=True)
        ty = torch.nn.functional.max_pool2d(tx.permute(0, 3, 1, 2), pool_size, stride)
        ty = ty.permute(0, 2, 3, 1)
        dy = torch.cos(torch.arange(float(ty.numel()), dtype=torch.float64)).reshape(ty.shape)
        ty.backward(dy)
        np.testing.assert_array_equal(layer.forward(values), ty.detach().numpy())
        np.testing.assert_allclose(layer.backward(dy.numpy()), tx.grad.numpy(), atol=1e-12)


def test_seven_positions_by_two_become_four_with_same(generator: np.random.Generator) -> None:
    x = -1 - generator.random((2, 7, 7, 3))  # below zero: padding with zeros would win
    y = MaxPool2D(2, padding="same").forward(x)
    assert y.shape == (2, 4, 4, 3)
    np.testing.assert_array_equal(y[:, 3, 3], x[:, 6, 6])
    assert MaxPool2D(2).forward(x).shape == (2, 3, 3, 3)


def test_the_first_of_equals_gets_the_gradient() -> None:
    layer = MaxPool2D(2)
    layer.forward(np.array([[0.0, 5], [5, 5]]).reshape(1, 2, 2, 1))
    dx = layer.backward(np.full((1, 1, 1, 1), 3.0))
    np.testing.assert_array_equal(dx[0, :, :, 0], [[0, 3], [0, 0]])


def test_windows_of_many_elements(generator: np.random.Generator) -> None:
    x = generator.permutation(np.arange(400.0)).reshape(1, 20, 20, 1)
    layer = MaxPool2D(20)
    assert layer.forward(x) == 399
    np.testing.assert_array_equal(layer.backward(np.ones((1, 1, 1, 1))), x == 399)


@pytest.mark.parametrize(
    ("pool_size", "stride", "old", "new"),
    [
        (2, 2, "dy * (self._winner == tap)", "dy / 4"),
        (2, 2, "dx[self._inside]", "dx[self._inside][:, ::-1]"),
        (3, 1, "dx[positions] += share", "dx[positions][share != 0] = share[share != 0]"),
        (3, 1, "dx[...] = 0", "dx[...] = 1"),
    ],
)
def test_wrong_pooling_is_rejected(
    pool_size: int, stride: int, old: str, new: str, generator: np.random.Generator
) -> None:
    wrong = mutant(MaxPool2D, old, new)(pool_size, stride)
    with pytest.raises(GradientError, match=r"^input"):
        check_layer(wrong, generator.permutation(np.arange(144.0)).reshape(2, 6, 6, 2))


@pytest.mark.parametrize("new", ["dy[:, ::-1, np.newaxis]", "2 * dy[:, :, np.newaxis]"])
def test_wrong_pooling_of_sequences_is_rejected(new: str, generator: np.random.Generator) -> None:
    wrong = mutant(MaxPool1D, "dy[:, :, np.newaxis]", new)
    with pytest.raises(GradientError, match=r"^input"):
        check_layer(wrong(2), generator.permutation(np.arange(24.0)).reshape(2, 6, 2))


# -- the contract -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("layer", "shape"),
    [
        (MaxPool2D(2), (4, 7, 6, 2)),
        (MaxPool2D(3, 2, "same"), (4, 7, 6, 2)),
        (MaxPool1D(2, padding="same"), (4, 7, 2)),
    ],
)
def test_float32_and_batches_of_any_size(
    layer: Any, shape: tuple[int, ...], generator: np.random.Generator
) -> None:
    whole = generator.standard_normal(shape, dtype=np.float32)
    y_whole = layer.forward(whole).copy()
    dx_whole = layer.backward(np.sin(y_whole)).copy()
    for rows in (4, 2, 0, 3):
        y = layer.forward(whole[:rows])
        dx = layer.backward(np.sin(y))
        assert y.dtype == dx.dtype == np.float32
        np.testing.assert_array_equal(y, y_whole[:rows])
        np.testing.assert_array_equal(dx, dx_whole[:rows])


@pytest.mark.parametrize(
    ("layer", "shape", "message"),
    [
        (MaxPool2D(2), (4, 4, 2), r"MaxPool2D expects shape \(N, H, W, C\), got \(4, 4, 2\)"),
        (MaxPool1D(2), (4, 4, 2, 1), r"MaxPool1D expects shape \(N, L, C\), got \(4, 4, 2, 1\)"),
        (MaxPool2D((2, 5)), (4, 4, 4, 1), "window that spans 5 is larger than the input's 4"),
    ],
)
def test_input_that_does_not_fit_is_an_error(
    layer: Layer, shape: tuple[int, ...], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        layer.forward(np.zeros(shape))


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: MaxPool2D(0), "pool_size must be at least 1, not 0"),
        (lambda: MaxPool2D(2, (1, 0)), "stride must be at least 1, not 0"),
        (
            lambda: MaxPool2D(2, padding="full"),  # type: ignore[arg-type]
            "padding must be 'valid' or 'same', not 'full'",
        ),
    ],
)
def test_options_out_of_range_are_errors(build: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        build()
