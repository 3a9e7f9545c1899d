import copy
import pickle

import numpy as np
import pytest

from glassnet.nn import Dense, Sequential
from glassnet.nn.contract.named.views import Views
from tests.nn.networks import RunningSum, network, whole


@pytest.mark.parametrize("kind", ["parameters", "gradients"])
def test_entries_are_written_into_the_vector(kind: str, generator: np.random.Generator) -> None:
    net = network().initialize(generator)
    values = generator.standard_normal((4, 4))
    getattr(net, kind)["residual1.dense.W"] = values
    vector = net.theta if kind == "parameters" else net.grad
    np.testing.assert_array_equal(vector[20:36], values.reshape(-1).astype(np.float32))
    getattr(net, kind)["residual1.dense.W"] += 1
    np.testing.assert_allclose(vector[20:36], values.reshape(-1) + 1, rtol=1e-6)
    getattr(net, kind).update({"output.b": [1, 2]})
    views = getattr(net, kind)
    views |= {"dense1.b": np.full(4, 7)}
    np.testing.assert_array_equal(vector[12:16], np.full(4, 7))
    np.testing.assert_array_equal(vector[-2:], [1, 2])
    assert whole(net)


def test_entries_of_another_shape_or_name_are_refused(generator: np.random.Generator) -> None:
    net = network().initialize(generator)
    before = net.theta.copy()
    for values in (0.0, np.zeros(12), np.zeros((4, 3)), np.zeros((1, 3, 4))):
        with pytest.raises(ValueError, match=r"^parameter dense1\.W has shape \(3, 4\): it can't"):
            net.parameters["dense1.W"] = values  # type: ignore[assignment]
    with pytest.raises(ValueError, match=r"^gradient output\.b has shape \(2,\): .*shape \(3,\)$"):
        net.gradients["output.b"] = np.zeros(3)
    with pytest.raises(ValueError, match=r"^the network has no parameter 'W'; it has dense1\.W, d"):
        net.parameters["W"] = np.zeros((3, 4))
    for values in (np.zeros((3, 4), complex), np.full((3, 4), "a")):
        with pytest.raises(TypeError, match=r"^parameter dense1\.W is float32: it can't be set"):
            net.parameters["dense1.W"] = values
    np.testing.assert_array_equal(net.theta, before)


def test_entries_are_not_removed_or_added(generator: np.random.Generator) -> None:
    views = Dense(2, 3).initialize(generator).parameters
    with pytest.raises(TypeError, match=r"^a parameter can't be removed or added"):
        del views["W"]
    for change in (
        lambda: views.pop("W"),
        views.popitem,
        views.clear,
        lambda: views.setdefault("w", np.zeros(1)),
    ):
        with pytest.raises(TypeError, match=r"^a parameter can't be removed or added"):
            change()
    assert list(views) == ["W", "b"]


@pytest.mark.parametrize(
    "copied",
    [copy.copy, copy.deepcopy, lambda views: pickle.loads(pickle.dumps(views)), Views.copy],
)
def test_a_copy_is_a_plain_dict(copied: object, generator: np.random.Generator) -> None:
    layer = Dense(2, 3).initialize(generator)
    found = copied(layer.parameters)  # type: ignore[operator]
    assert type(found) is dict
    np.testing.assert_array_equal(found["W"], layer.W)
    if copied is copy.deepcopy:
        assert not np.shares_memory(found["W"], layer.W)


def recurrent() -> Sequential:
    return Sequential(RunningSum(), ("last", RunningSum()))


def test_an_entry_of_the_state_is_set_in_the_network(generator: np.random.Generator) -> None:
    net, x = recurrent(), generator.standard_normal((3, 2, 4))
    h = generator.standard_normal((2, 4))
    net.state["last.h"] = h
    assert list(net.state) == ["last.h"]
    from_zeros = recurrent().forward(x)
    np.testing.assert_allclose(net.forward(x), from_zeros + h)
    kept = net.state["last.h"]
    net.state["last.h"] = 2 * h
    np.testing.assert_allclose(net.forward(x), from_zeros + 2 * h)
    np.testing.assert_array_equal(kept, h)
    assert not np.shares_memory(net.state["last.h"], h)
    states = net.state
    states.update({"runningsum1.h": h})
    assert list(net.state) == ["runningsum1.h", "last.h"]
    np.testing.assert_array_equal(states["runningsum1.h"], h)


def test_entries_of_the_state_that_do_not_fit_are_refused(generator: np.random.Generator) -> None:
    net = recurrent()
    net.state = {"last.h": np.zeros((2, 4))}
    with pytest.raises(ValueError, match=r"^state last\.h has shape \(2, 4\): .* shape \(4, 2\)$"):
        net.state["last.h"] = np.zeros((4, 2))
    with pytest.raises(ValueError, match=r"^the network has no state 'h'; it has last\.h, running"):
        net.state["h"] = np.zeros((2, 4))
    with pytest.raises(TypeError, match=r"^a state can't be removed or added here"):
        del net.state["last.h"]
    np.testing.assert_array_equal(net.state["last.h"], np.zeros((2, 4)))
