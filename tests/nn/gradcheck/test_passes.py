import numpy as np

from glassnet.nn import Array
from glassnet.nn.gradcheck.passes import Passes
from tests.nn.gradcheck.cases import Memory
from tests.nn.test_layer import Penalty


def test_each_tensor_is_moved_alone(
    sequence: Array, h: Array, generator: np.random.Generator
) -> None:
    layer = Memory().initialize(generator, np.float64)
    w = layer.w.copy()
    passes = Passes(layer, sequence, {"h": h}, train=False, seed=0)
    np.testing.assert_array_equal(passes.of("input")(0 * sequence)[:-1].reshape(5, 2, 3)[0], w * h)
    np.testing.assert_array_equal(passes.of("state h")(0 * h)[:-1].reshape(5, 2, 3)[0], sequence[0])
    np.testing.assert_array_equal(passes.of("parameter w")(0 * w)[:-1], sequence.reshape(-1))
    np.testing.assert_array_equal(layer.w, w)
    np.testing.assert_array_equal(passes.forward()[0], w * h + sequence[0])


def test_everything_is_complex_or_nothing(
    sequence: Array, h: Array, generator: np.random.Generator
) -> None:
    layer = Memory().initialize(generator, np.float64)
    passes = Passes(layer, sequence, {"h": h}, train=False, seed=0)
    for name, tensor in {"input": sequence, "state h": h, "parameter w": layer.w}.items():
        real, moved = passes.of(name)(tensor), passes.of(name)(tensor + 0j)
        assert (real.dtype, moved.dtype) == (np.float64, np.complex128)
        assert layer.state["h"].dtype == np.complex128
        np.testing.assert_allclose(moved, real, rtol=1e-15)


def test_the_auxiliary_loss_comes_last(generator: np.random.Generator) -> None:
    x = generator.standard_normal((4, 3))
    layer = Penalty().initialize(generator, np.float64)
    moved = Passes(layer, x, {}, train=False, seed=0).of("input")(x)
    assert moved[-1] == layer.auxiliary_loss
    assert moved.size == x.size + 1
