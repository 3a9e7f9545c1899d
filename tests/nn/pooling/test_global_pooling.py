from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glassnet.nn import (
    Array,
    GlobalAveragePool1D,
    GlobalAveragePool2D,
    GlobalMaxPool1D,
    GlobalMaxPool2D,
    Layer,
)
from glassnet.nn.gradcheck import GradientError, check_layer
from glassnet.nn.testing import spaced_arrays
from tests.mutate import mutant

sizes = st.integers(1, 5)
images = spaced_arrays(st.tuples(st.integers(1, 3), sizes, sizes, st.integers(1, 3)))
KINDS: list[tuple[type[Layer], type[Layer], Any, str]] = [
    (GlobalAveragePool2D, GlobalAveragePool1D, np.mean, "adaptive_avg_pool2d"),
    (GlobalMaxPool2D, GlobalMaxPool1D, np.max, "adaptive_max_pool2d"),
]
each_kind = pytest.mark.parametrize(("of_images", "of_sequences", "function", "theirs"), KINDS)


@each_kind
@given(x=images)
def test_is_the_number_of_each_channel(
    of_images: Any, of_sequences: Any, function: Any, theirs: str, x: Array
) -> None:
    for layer, values in ((of_images(), x), (of_sequences(), x[:, :, 0])):
        y = layer.forward(values)
        assert y.shape == (len(x), x.shape[-1])
        for n, c in np.ndindex(y.shape):
            assert y[n, c] == pytest.approx(function(values[n, ..., c]), abs=1e-13)
        check_layer(layer, values, every_coordinate=16)


@each_kind
@given(x=images)
def test_agrees_with_pytorch(
    of_images: Any, of_sequences: Any, function: Any, theirs: str, x: Array
) -> None:
    torch = pytest.importorskip("torch")
    tx = torch.tensor(x, requires_grad=True)
    ty = getattr(torch.nn.functional, theirs)(tx.permute(0, 3, 1, 2), 1)[:, :, 0, 0]
    dy = np.cos(np.arange(ty.numel())).reshape(ty.shape)
    ty.backward(torch.tensor(dy))
    layer = of_images()
    np.testing.assert_allclose(layer.forward(x), ty.detach().numpy(), atol=1e-13)
    np.testing.assert_allclose(layer.backward(dy), tx.grad.numpy(), atol=1e-13)


@each_kind
def test_float32_and_batches_of_any_size(
    of_images: Any,
    of_sequences: Any,
    function: Any,
    theirs: str,
    generator: np.random.Generator,
) -> None:
    whole, layer = generator.standard_normal((4, 3, 5, 2), dtype=np.float32), of_images()
    y_whole = layer.forward(whole).copy()
    dx_whole = layer.backward(np.sin(y_whole)).copy()
    for rows in (4, 2, 0, 3):
        y = layer.forward(whole[:rows])
        dx = layer.backward(np.sin(y))
        assert y.dtype == dx.dtype == np.float32
        assert dx.shape == (rows, 3, 5, 2)
        np.testing.assert_array_equal(y, y_whole[:rows])
        np.testing.assert_array_equal(dx, dx_whole[:rows])


def test_the_first_of_equals_gets_the_gradient() -> None:
    layer = GlobalMaxPool2D()
    layer.forward(np.array([[0.0, 5, 1], [5, 5, 5]]).reshape(1, 2, 3, 1))
    for _ in range(2):
        dx = layer.backward(np.array([[3.0]]))
        np.testing.assert_array_equal(dx[0, :, :, 0], [[0, 3, 0], [0, 0, 0]])


def test_whole_numbers_have_means() -> None:
    y = GlobalAveragePool1D().forward(np.array([1, 2], np.uint8).reshape(1, 2, 1))
    assert y == 1.5
    assert y.dtype == np.float32


@pytest.mark.parametrize(
    ("layer", "shape", "message"),
    [
        (
            GlobalAveragePool2D(),
            (4, 2, 2),
            r"GlobalAveragePool2D expects shape \(N, H, W, C\), got",
        ),
        (GlobalMaxPool1D(), (4, 2), r"GlobalMaxPool1D expects shape \(N, L, C\), got \(4, 2\)"),
        (
            GlobalMaxPool2D(),
            (4, 0, 2, 1),
            r"GlobalMaxPool2D has nothing to pool in shape \(4, 0, 2",
        ),
    ],
)
def test_input_that_does_not_fit_is_an_error(
    layer: Layer, shape: tuple[int, ...], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        layer.forward(np.zeros(shape))


@pytest.mark.parametrize(
    ("kind", "old", "new"),
    [
        (GlobalAveragePool2D, "(dy / count)", "dy"),
        (GlobalAveragePool2D, "(dy / count)", "(dy[::-1] / count)"),
        (
            GlobalMaxPool2D,
            "np.put_along_axis(dx, self._winner,",
            "np.put_along_axis(dx, 0 * self._winner,",
        ),
        (GlobalMaxPool2D, "dy[:, np.newaxis], axis=1", "-dy[:, np.newaxis], axis=1"),
        (GlobalMaxPool2D, "dx[...] = 0", "dx[...] = 1"),
    ],
)
def test_wrong_pooling_is_rejected(
    kind: Any, old: str, new: str, generator: np.random.Generator
) -> None:
    with pytest.raises(GradientError, match=r"^input"):
        check_layer(mutant(kind, old, new)(), generator.standard_normal((3, 2, 3, 2)))
