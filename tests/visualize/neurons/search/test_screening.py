import numpy as np
import pytest

from glassnet.nn import Array
from glassnet.visualize.neurons.search.associations import Target, association, centered
from glassnet.visualize.neurons.search.screening import AssociationTable
from tests.visualize.neurons.naive import naive_auc, naive_correlation


@pytest.fixture
def data(generator: np.random.Generator) -> tuple[Array, Array, Array]:
    """Activations (300, 4) on a grid of 256 levels, with ties; a label and a quantity (300,)."""
    values = generator.integers(-128, 128, (300, 4)) / 128
    values[0], values[1] = -1, 127 / 128
    values = np.round(values * 16) / 16  # ties
    values[0], values[1] = -1, 127 / 128
    label = values[:, 0] + generator.standard_normal(300) > 0.4
    quantity = 1000 + values[:, 1] + generator.standard_normal(300)
    return values.astype(np.float32), label, quantity


def test_associations_are_those_of_naive_loops(data: tuple[Array, Array, Array]) -> None:
    values, label, quantity = data
    for values_, tolerance in ((values, 1e-6), (np.tanh(3 * values), 0.02)):
        table = AssociationTable(values_, [Target(label), Target(quantity)])
        for positions in np.array_split(np.random.default_rng(0).permutation(300), 7):
            table.add(positions, values_[positions])
        found = table.associations()
        for unit in range(4):
            x = values_[:, unit].astype(np.float64)
            auc, r = naive_auc(x, label), naive_correlation(x, quantity)
            assert found[0, unit] == pytest.approx(2 * auc - 1, abs=tolerance)
            assert found[1, unit] == pytest.approx(r, abs=1e-5)
            for target, expected in ((label, 2 * auc - 1), (quantity, r)):
                trace = centered(values_[:, unit], Target(target))
                found_one = association(trace, Target(target))
                assert found_one == pytest.approx(expected, abs=1e-6)


def test_activations_beyond_the_first_block_are_clipped(data: tuple[Array, Array, Array]) -> None:
    values, label, _ = data
    table = AssociationTable(values[::50], [Target(label)])
    table.add(np.arange(300), values)
    low, high = values[::50].min(axis=0), values[::50].max(axis=0)
    for unit in range(4):
        clipped = np.clip(values[:, unit], low[unit], high[unit])
        expected = 2 * naive_auc(clipped, label) - 1
        assert table.associations()[0, unit] == pytest.approx(expected, abs=0.02)


def test_each_unit_has_levels_of_its_own(generator: np.random.Generator) -> None:
    """256 of them, whatever the others' range is; a unit that never changes is of no use."""
    order = np.concatenate([[0, 255], generator.permutation(256), generator.permutation(256)])
    values = np.stack([order, order / 1000 - 7, 1e6 - order, np.full(514, 3.0)], axis=1)
    label = order + generator.normal(0, 90, 514) > 128
    quantity = order + generator.normal(0, 90, 514)
    table = AssociationTable(values, [Target(label), Target(quantity)])
    table.add(np.arange(514), values)
    found = table.associations()
    auc, r = naive_auc(order * 1.0, label), naive_correlation(order * 1.0, quantity)
    expected = np.outer([2 * auc - 1, r], [1, 1, -1, 0])
    np.testing.assert_allclose(found, expected, atol=1e-5)
    np.testing.assert_allclose(found[0], expected[0], atol=1e-12)
