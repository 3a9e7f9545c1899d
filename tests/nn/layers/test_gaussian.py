import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glassnet.nn import Array, BatchShard, Layer, Sequential
from glassnet.nn.activations.sigmoids import Tanh
from glassnet.nn.gradcheck import GradientError, check_layer
from glassnet.nn.layers.dense import Dense
from glassnet.nn.layers.gaussian import GaussianNoise, GaussianSampling
from glassnet.nn.testing import arrays
from tests.mutate import mutant

codes = st.tuples(st.integers(1, 4), st.integers(1, 3)).flatmap(
    lambda shape: arrays((shape[0], 2 * shape[1]))
)


def seeded(layer: Any, seed: int = 0) -> Any:
    layer.set_batch_shard(BatchShard(np.random.default_rng(seed)))
    return layer


def code(mean: Array, log_variance: Array) -> Array:
    return np.concatenate([mean, log_variance], axis=1)


# -- sampling -----------------------------------------------------------------------------------


@given(x=codes, weight=st.floats(0, 3), train=st.booleans())
def test_sampling_gradients(x: Array, weight: float, train: bool) -> None:
    check_layer(GaussianSampling(x.shape[1] // 2, weight), x, train=train)


def test_sampling_gradients_inside_a_network(generator: np.random.Generator) -> None:
    net = Sequential(Dense(5, 6), Tanh(), Dense(6, 4), GaussianSampling(2, 0.3), Dense(2, 5))
    check_layer(net, generator.standard_normal((4, 5)), train=True)


@given(x=codes)
def test_divergence_agrees_with_pytorch(x: Array) -> None:
    torch = pytest.importorskip("torch")
    size = x.shape[1] // 2
    layer = seeded(GaussianSampling(size, weight=0.5))
    z = layer.forward(x, train=True)
    dx = layer.backward(np.cos(z))
    t = torch.tensor(x, requires_grad=True)
    mean, std = t[:, :size], torch.exp(0.5 * t[:, size:])
    normal, standard = torch.distributions.Normal(mean, std), torch.distributions.Normal(0, 1)
    loss = 0.5 * torch.distributions.kl_divergence(normal, standard).sum() / len(x)
    assert layer.auxiliary_loss == pytest.approx(loss.item(), abs=1e-9)
    noise = torch.tensor((z - x[:, :size]) / np.exp(0.5 * x[:, size:]))
    (loss + torch.sin(mean + std * noise).sum()).backward()
    np.testing.assert_allclose(dx, t.grad.numpy(), atol=1e-9)


def test_divergence_agrees_with_an_integral() -> None:
    # KL = ∫ q(z) log(q(z) / p(z)) dz, for q = N(0.7, 0.3²) and p = N(0, 1)
    z = np.linspace(0.7 - 4, 0.7 + 4, 20001)
    q = np.exp(-0.5 * ((z - 0.7) / 0.3) ** 2) / (0.3 * np.sqrt(2 * np.pi))
    p = np.exp(-0.5 * z**2) / np.sqrt(2 * np.pi)
    expected = np.sum(q * np.log(q / p)) * (z[1] - z[0])
    layer = GaussianSampling(1)
    layer.forward(np.array([[0.7, 2 * np.log(0.3)]]))
    assert layer.auxiliary_loss == pytest.approx(expected, rel=1e-6)


def test_divergence_is_a_sum_over_the_code_and_a_mean_over_rows() -> None:
    layer = GaussianSampling(3, weight=2.0)
    layer.forward(code(np.full((5, 3), 0.4), np.zeros((5, 3))))
    assert layer.auxiliary_loss == pytest.approx(2 * 3 * 0.5 * 0.4**2)
    layer.forward(np.zeros((5, 6)))
    assert layer.auxiliary_loss == 0


def test_samples_have_the_mean_and_variance_described() -> None:
    mean, log_variance = np.array([-1.0, 0.0, 3.0]), np.log([0.25, 1.0, 9.0])
    n = 40_000
    x = code(np.tile(mean, (n, 1)), np.tile(log_variance, (n, 1)))
    z = seeded(GaussianSampling(3)).forward(x, train=True)
    variance = np.exp(log_variance)
    assert np.all(np.abs(z.mean(axis=0) - mean) < 5 * np.sqrt(variance / n))
    assert np.all(np.abs(z.var(axis=0) / variance - 1) < 5 * math.sqrt(2 / n))
    # Elements of a code are drawn independently.
    assert np.all(np.abs(np.corrcoef(z.T) - np.eye(3)) < 5 / math.sqrt(n))


def test_every_forward_draws_anew_and_not_training_gives_the_mean() -> None:
    layer, x = seeded(GaussianSampling(2)), np.ones((6, 4))
    first = layer.forward(x, train=True).copy()
    assert not np.array_equal(layer.forward(x, train=True), first)
    np.testing.assert_array_equal(seeded(GaussianSampling(2)).forward(x, train=True), first)
    np.testing.assert_array_equal(GaussianSampling(2).forward(x), x[:, :2])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (" + self._row_weight * self._mean", ""),  # without the divergence
        (" + self._row_weight * (self._variance - 1)", ""),
        ("dy * self._spread + self", "self"),  # without a gradient through the noise
        ("dy * self._spread + self", "2 * dy * self._spread + self"),  # of std, not variance
        ("dy * self._spread + self", "dy * np.roll(self._spread, 1, axis=0) + self"),
    ],
)
def test_wrong_sampling_is_rejected(old: str, new: str, generator: np.random.Generator) -> None:
    wrong = mutant(GaussianSampling, old, new)(2)
    with pytest.raises(GradientError, match=r"^input"):
        check_layer(wrong, generator.standard_normal((4, 4)), train=True)


# -- noise --------------------------------------------------------------------------------------


@given(x=arrays((3, 4)), std=st.floats(0, 1), train=st.booleans())
def test_noise_gradients(x: Array, std: float, train: bool) -> None:
    check_layer(GaussianNoise(std), 0.5 + 0.3 * x, train=train)
    check_layer(GaussianNoise(std, None, None), x, train=train)


def test_noise_is_normal_and_clipped() -> None:
    x = np.full((400, 500), 0.3)
    open_sided = seeded(GaussianNoise(0.5, None, None)).forward(x, train=True)
    added = (open_sided - x) / 0.5
    n = x.size
    assert abs(added.mean()) < 5 / math.sqrt(n)
    assert abs(added.var() - 1) < 5 * math.sqrt(2 / n)
    clipped = seeded(GaussianNoise(0.5)).forward(x, train=True)
    np.testing.assert_array_equal(clipped, np.clip(open_sided, 0, 1))
    # Φ(-0.6) of the values fall below 0, Φ(-1.4) above 1.
    assert (clipped == 0).mean() == pytest.approx(0.2743, abs=0.005)
    assert (clipped == 1).mean() == pytest.approx(0.0808, abs=0.005)


def test_noise_agrees_with_pytorch_given_the_noise(generator: np.random.Generator) -> None:
    torch = pytest.importorskip("torch")
    x = generator.random((6, 5))
    noise = seeded(GaussianNoise(0.5, None, None)).forward(x, train=True) - x
    layer = seeded(GaussianNoise(0.5))
    y = layer.forward(x, train=True)
    t = torch.tensor(x, requires_grad=True)
    ty = torch.clamp(t + torch.tensor(noise), 0, 1)
    ty.backward(torch.cos(ty.detach()))
    np.testing.assert_array_equal(y, ty.detach().numpy())
    np.testing.assert_array_equal(layer.backward(np.cos(y)), t.grad.numpy())


def test_there_is_no_noise_unless_training(generator: np.random.Generator) -> None:
    x = 3 * generator.standard_normal((4, 4))
    layer = seeded(GaussianNoise(0.5))
    layer.forward(x, train=True)
    np.testing.assert_array_equal(layer.forward(x), x)
    np.testing.assert_array_equal(layer.backward(x), x)


@pytest.mark.parametrize(
    "new",
    ["dy", "dy * ~self._unclipped", "dy * np.roll(self._unclipped, 1, axis=0)"],
)
def test_wrong_noise_is_rejected(new: str, generator: np.random.Generator) -> None:
    wrong = mutant(GaussianNoise, "dy * self._unclipped", new)(0.5)
    with pytest.raises(GradientError, match=r"^input"):
        check_layer(wrong, generator.random((6, 5)), train=True)


# -- both ---------------------------------------------------------------------------------------


@given(cut=st.integers(0, 6))
@pytest.mark.parametrize("build", [lambda: GaussianSampling(2, 0.5), lambda: GaussianNoise(0.5)])
def test_the_parts_of_workers_are_the_whole(build: Any, cut: int) -> None:
    generator = np.random.default_rng(8)
    x = generator.standard_normal((6, 4))
    alone = seeded(build())
    whole = alone.forward(x, train=True)
    dy = np.cos(whole)
    parts, dparts, loss = [], [], 0.0
    for start, stop in ((0, cut), (cut, 6)):
        worker = build()
        worker.set_batch_shard(BatchShard(np.random.default_rng(0), start, stop, 6))
        parts.append(worker.forward(x[start:stop], train=True))
        dparts.append(worker.backward(dy[start:stop]))
        loss += worker.auxiliary_loss
    np.testing.assert_array_equal(np.concatenate(parts), whole)
    np.testing.assert_allclose(np.concatenate(dparts), alone.backward(dy), atol=1e-12)
    assert loss == pytest.approx(alone.auxiliary_loss)


@pytest.mark.parametrize(
    "layer",
    [
        *(GaussianSampling(2, 0.5), GaussianSampling(2, np.float64(0.5))),
        *(GaussianNoise(0.5), GaussianNoise(np.float64(0.5))),
    ],
)
@pytest.mark.parametrize("train", [False, True])
def test_float32_stays_float32(layer: Layer, train: bool, generator: np.random.Generator) -> None:
    x = generator.standard_normal((5, 4), dtype=np.float32)
    y = seeded(layer).forward(x, train)
    assert y.dtype == layer.backward(y).dtype == np.float32


@pytest.mark.parametrize("layer", [GaussianSampling(2), GaussianNoise(0.5)])
def test_training_without_randomness_says_what_to_call(layer: Layer) -> None:
    with pytest.raises(RuntimeError, match=r"call initialize, or, .* network\.set_generator\("):
        layer.forward(np.ones((2, 4)), train=True)


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: GaussianSampling(0), "size of a code must be at least 1, not 0"),
        (lambda: GaussianSampling(2, -1.0), "at least 0, not -1"),
        (lambda: GaussianSampling(2, math.nan), "at least 0, not nan"),
        (lambda: GaussianNoise(-0.5), "at least 0, not -0.5"),
        (lambda: GaussianNoise(0.5, 1.0, 1.0), "empty range from 1.0 to 1.0"),
    ],
)
def test_options_out_of_range_are_errors(build: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        build()


@pytest.mark.parametrize("shape", [(3, 3), (4,), (2, 2, 4)])
def test_a_code_of_another_shape_is_an_error(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"GaussianSampling expects shape \(N, 4\), got \("):
        GaussianSampling(2).forward(np.zeros(shape))
