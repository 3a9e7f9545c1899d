import math

import numpy as np
import pytest

from glassnet.nn import Array
from glassnet.nn.activations import normal
from glassnet.nn.activations.normal import TANH, normal_cdf, tanh_cdf
from tests.mutate import mutant

X = np.concatenate([np.linspace(-12, 12, 20_001), np.geomspace(1e-300, 12, 1000)])


def phi(x: Array) -> Array:
    return np.array([math.erfc(-value / math.sqrt(2)) / 2 for value in x.tolist()])


@pytest.mark.parametrize(("dtype", "error"), [(np.float64, 2.5e-16), (np.float32, 1.2e-7)])
def test_agrees_with_the_error_function_of_python(dtype: type[np.floating], error: float) -> None:
    x = X.astype(dtype)
    found = np.empty_like(x)
    normal_cdf(x, found)
    assert found.dtype == dtype
    assert np.abs(found - phi(x)).max() <= error


def test_its_complex_step_is_the_density() -> None:
    found = np.empty(X.shape, complex)
    normal_cdf(X + 1e-30j, found)
    np.testing.assert_allclose(found.real, phi(X), rtol=0, atol=4e-16)
    density = np.exp(-X * X / 2) / math.sqrt(2 * math.pi)
    np.testing.assert_allclose(found.imag / 1e-30, density, rtol=0, atol=2e-15)


@pytest.mark.parametrize("table", ["_NUMERATOR", "_DENOMINATOR"])
def test_each_coefficient_counts(table: str, monkeypatch: pytest.MonkeyPatch) -> None:
    coefficients = getattr(normal, table)
    for k, coefficient in enumerate(coefficients):
        changed = (*coefficients[:k], coefficient * (1 + 1e-6), *coefficients[k + 1 :])
        monkeypatch.setattr(normal, table, changed)
        found = np.empty_like(X)
        normal_cdf(X, found)
        assert np.abs(found - phi(X)).max() > 1e-15, k


def test_wrong_variants_are_noticed() -> None:
    x = np.linspace(-3, 3, 50)
    for old, new in (
        ("coefficients[-2:0:-1]", "coefficients[-2:1:-1]"),
        ("out *= w", "out *= out"),
    ):
        found = np.empty_like(x)
        mutant(normal._polynomial, old, new)(x, (1.0, 2.0, 3.0, 4.0), found)
        assert not np.allclose(found, 1 + 2 * x + 3 * x**2 + 4 * x**3)


def test_the_tanh_form_is_hendrycks_and_gimpels() -> None:
    x = np.linspace(-5, 5, 1001)
    found = np.empty_like(x)
    tanh_cdf(x, found, TANH)
    expected = (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))) / 2
    np.testing.assert_allclose(found, expected, rtol=0, atol=4e-16)
    assert 1e-4 < np.abs(found - phi(x)).max() < 2e-4
