from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glassnet.nn import Array, AveragePool1D, AveragePool2D, Layer
from glassnet.nn.arithmetic.sliding import Padding
from glassnet.nn.gradcheck import check_layer
from glassnet.nn.plain import average_pooling_backward, average_pooling_forward
from glassnet.nn.testing import arrays
from tests.mutate import mutant

paddings: st.SearchStrategy[Padding] = st.sampled_from(["valid", "same"])
lengths = st.tuples(st.integers(1, 3), st.integers(1, 3))
images = arrays(
    st.tuples(st.integers(1, 2), st.integers(3, 7), st.integers(3, 6), st.integers(1, 2))
)


@given(x=images, pool_size=lengths, stride=st.none() | lengths, padding=paddings)
def test_agrees_with_loops(x: Array, pool_size: Any, stride: Any, padding: Padding) -> None:
    layer = AveragePool2D(pool_size, stride, padding)
    y = average_pooling_forward(x, pool_size, stride, padding)
    np.testing.assert_allclose(layer.forward(x), y, rtol=1e-12, atol=1e-14)
    for factor in (1, -2):  # the second pass finds buffers that have been written to
        dy = factor * np.arange(1.0, y.size + 1).reshape(y.shape)
        expected = average_pooling_backward(dy, x, pool_size, stride, padding)
        np.testing.assert_allclose(layer.backward(dy), expected, rtol=1e-12, atol=1e-13)


@given(x=images, pool_size=lengths, stride=st.none() | lengths, padding=paddings)
def test_gradients(x: Array, pool_size: Any, stride: Any, padding: Padding) -> None:
    check_layer(AveragePool2D(pool_size, stride, padding), x, every_coordinate=16)
    step = None if stride is None else stride[0]
    check_layer(AveragePool1D(pool_size[0], step, padding), x[:, :, 0], every_coordinate=16)


@given(x=images, pool_size=lengths, stride=st.none() | lengths)
def test_agrees_with_pytorch(x: Array, pool_size: Any, stride: Any) -> None:
    torch = pytest.importorskip("torch")
    layer = AveragePool2D(pool_size, stride)
    tx = torch.tensor(x, requires_grad=True)
    ty = torch.nn.functional.avg_pool2d(tx.permute(0, 3, 1, 2), pool_size, stride)
    ty = ty.permute(0, 2, 3, 1)
    dy = torch.cos(torch.arange(float(ty.numel()), dtype=torch.float64)).reshape(ty.shape)
    ty.backward(dy)
    np.testing.assert_allclose(layer.forward(x), ty.detach().numpy(), rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(layer.backward(dy.numpy()), tx.grad.numpy(), atol=1e-12)


def test_padding_does_not_count() -> None:
    y = AveragePool2D(3, 2, "same").forward(np.full((1, 7, 5, 2), 4.0))
    np.testing.assert_allclose(y, np.full((1, 4, 3, 2), 4.0), rtol=1e-15)


def test_whole_numbers_have_means(generator: np.random.Generator) -> None:
    x = generator.integers(0, 255, (2, 4, 4, 1), np.uint8)
    y = AveragePool2D(2).forward(x)
    assert y.dtype == np.float32
    np.testing.assert_array_equal(y, AveragePool2D(2).forward(x.astype(np.float32)))


@pytest.mark.parametrize(
    ("layer", "shape"),
    [
        (AveragePool2D(2), (4, 7, 6, 2)),
        (AveragePool2D(3, 2, "same"), (4, 7, 6, 2)),
        (AveragePool2D(3, (1, 4), "same"), (4, 7, 6, 2)),
        (AveragePool1D(2, padding="same"), (4, 7, 2)),
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
        (
            AveragePool2D(2),
            (4, 4, 2),
            r"AveragePool2D expects shape \(N, H, W, C\), got \(4, 4, 2\)",
        ),
        (AveragePool1D(2), (4, 4, 2, 1), r"AveragePool1D expects shape \(N, L, C\), got \(4, 4, 2"),
        (AveragePool2D((2, 5)), (4, 4, 4, 1), "window that spans 5 is larger than the input's 4"),
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
        (lambda: AveragePool2D(0), "pool_size must be at least 1, not 0"),
        (lambda: AveragePool2D(2, (1, 0)), "stride must be at least 1, not 0"),
        (
            lambda: AveragePool2D(2, padding="full"),  # type: ignore[arg-type]
            "padding must be 'valid' or 'same', not 'full'",
        ),
    ],
)
def test_options_out_of_range_are_errors(build: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        build()


# -- mutants ------------------------------------------------------------------------------------

MUTANTS = {
    "padding counted": (
        "np.outer(_elements_inside(rows), _elements_inside(columns))",
        "9 + 0 * np.outer(_elements_inside(rows), _elements_inside(columns))",
    ),
    "a sum": ("y *= self._weights", "pass"),
    "rows by columns": (
        "source[:, taps] for taps in _taps(rows)",
        "source[:, taps] for taps in _taps(columns)",
    ),
    "dy in full": ("share = dy * self", "share = dy + 0 * self"),
    "not cut": ("rows.before : rows.before + rows.size", "0 : rows.size"),
}


@pytest.mark.parametrize("name", MUTANTS)
def test_wrong_pooling_is_noticed(name: str, generator: np.random.Generator) -> None:
    x = generator.standard_normal((2, 6, 6, 2))
    right, wrong = (
        kind(3, (1, 2), "same") for kind in (AveragePool2D, mutant(AveragePool2D, *MUTANTS[name]))
    )
    dy = generator.standard_normal(right.forward(x).shape)
    expected = right.backward(dy)
    try:
        same = np.allclose(wrong.forward(x), right.forward(x)) and np.allclose(
            wrong.backward(dy), expected
        )
    except ValueError:
        return
    assert not same
