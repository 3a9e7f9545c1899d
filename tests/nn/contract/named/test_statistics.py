import numpy as np
import pytest

from glassnet.nn import Array, BatchNorm, Dense, Layer, Sequential


class Counting(Layer):
    """Counts the rows that it was trained on."""

    rows: Array

    def __init__(self) -> None:
        super().__init__()
        self.declare_statistic("rows", (1,), 0.0)

    def forward(self, x: Array, train: bool = False) -> Array:
        if train:
            self.rows += len(x)
        return x


def test_statistics_by_name(generator: np.random.Generator) -> None:
    network = Sequential(Dense(3, 3), Counting(), ("second", Counting()))
    assert network.array_shapes.keys() - network.parameter_shapes.keys() == {
        "counting1.rows",
        "second.rows",
    }
    with pytest.raises(AttributeError, match="Counting has no 'rows' yet: call initialize first"):
        getattr(network.layers["second"], "rows")  # noqa: B009
    network.initialize(generator)
    assert list(network.statistics) == ["counting1.rows", "second.rows"]
    assert network.statistics["counting1.rows"].dtype == np.float64
    assert network.parameter_count == network.theta.size == 12
    network.forward(np.zeros((5, 3), np.float32), train=True)
    assert network.statistics["second.rows"].tolist() == [5]
    network.statistics["second.rows"] = [7]
    network.layers["counting1"].rows = np.array([2])  # type: ignore[attr-defined]
    assert [float(value[0]) for value in network.statistics.values()] == [2, 7]
    network.initialize(generator)
    assert [float(value[0]) for value in network.statistics.values()] == [0, 0]


def test_arrays_are_parameters_and_statistics(generator: np.random.Generator) -> None:
    network = Sequential(Dense(3, 2), BatchNorm(2)).initialize(generator)
    assert network.arrays.keys() == network.parameters.keys() | network.statistics.keys()
    again = Sequential(Dense(3, 2), BatchNorm(2)).initialize(generator)
    network.forward(np.asarray(generator.standard_normal((5, 3)), np.float32), train=True)
    again.arrays.update(network.arrays)
    x = np.asarray(generator.standard_normal((5, 3)), np.float32)
    np.testing.assert_array_equal(again.forward(x), network.forward(x))


def test_wrong_names_and_shapes_are_refused() -> None:
    for name in ("rows", "layers"):
        with pytest.raises(ValueError, match=f"a statistic can't be named '{name}'"):
            Counting().declare_statistic(name, (1,), 0.0)
    with pytest.raises(TypeError, match=r"Counting: the sizes of .* whole numbers, not \(1.5,\)"):
        Counting().declare_statistic("columns", (1.5,), 0.0)  # type: ignore[arg-type]
    layer = Counting().initialize(np.random.default_rng(0))
    with pytest.raises(RuntimeError, match="Counting is initialized: it can't get 'columns' now"):
        layer.declare_statistic("columns", (1,), 0.0)
    with pytest.raises(ValueError, match="no statistic 'columns'; it has rows"):
        layer.statistics["columns"] = np.zeros(1)
    with pytest.raises(ValueError, match=r"rows has shape \(1,\): it can't be set to .* \(2,\)"):
        layer.rows = np.zeros(2)
    with pytest.raises(TypeError, match="a statistic can't be removed or added"):
        del layer.statistics["rows"]
