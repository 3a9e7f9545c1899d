"""The carried state of a network, read and set by name."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glassnet.nn import Array, Dense, Sequential
from glassnet.nn.gradcheck import check_layer
from glassnet.nn.testing import arrays
from tests.nn.networks import RunningSum


def recurrent_network() -> Sequential:
    return Sequential(RunningSum(), Dense(2, 3), Sequential(RunningSum(), ("last", RunningSum())))


STATES = {"runningsum1.h": 2, "sequential1.runningsum1.h": 3, "sequential1.last.h": 3}


def test_state_is_read_and_set_by_dotted_name(generator: np.random.Generator) -> None:
    net = recurrent_network().initialize(generator, np.float64)
    assert net.state == {}
    values = {name: generator.standard_normal((4, size)) for name, size in STATES.items()}
    net.state = values
    assert list(net.state) == list(STATES)
    for name, value in values.items():
        np.testing.assert_array_equal(net.state[name], value)
        assert not np.shares_memory(net.state[name], value)
    assert [name for name, layer in net.layers.items() if layer.carried] == ["runningsum1"]
    assert net.carried == {}
    assert list(net.layers["sequential1"].state) == ["runningsum1.h", "last.h"]
    net.state = {"sequential1.last.h": values["sequential1.last.h"]}
    assert list(net.state) == ["sequential1.last.h"]  # what is not named starts from zeros
    net.reset_state()
    assert net.state == {}


@pytest.mark.parametrize(
    "name", ["nosuch.h", "sequential1.nosuch.h", "runningsum1.h.h", "runningsum1.hidden", "h"]
)
def test_state_that_nothing_reads_is_rejected(name: str) -> None:
    net = recurrent_network()
    with pytest.raises(ValueError, match=f"no state '{name}'; it has runningsum1.h, sequential1"):
        net.state = {name: np.zeros((1, 2))}


@given(x=arrays(st.tuples(st.integers(2, 6), st.integers(1, 3), st.just(2))), data=st.data())
def test_two_parts_with_carried_state_equal_the_whole(x: Array, data: st.DataObject) -> None:
    net = recurrent_network().initialize(np.random.default_rng(0), np.float64)
    whole = net.forward(x).copy()
    cut = data.draw(st.integers(1, len(x) - 1))
    net.reset_state()
    first = net.forward(x[:cut]).copy()
    net.carry()
    second = net.forward(x[cut:]).copy()
    np.testing.assert_allclose(np.concatenate([first, second]), whole, atol=1e-12)
    # The same from one pass over the whole, carried on from the middle.
    net.reset_state()
    net.forward(x)
    net.carry(cut)
    np.testing.assert_allclose(net.forward(x[cut:]), whole[cut:], atol=1e-12)


def test_gradients_of_the_carried_state(generator: np.random.Generator) -> None:
    x = generator.standard_normal((3, 2, 2))
    state = {name: generator.standard_normal((2, size)) for name, size in STATES.items()}
    check_layer(recurrent_network(), x, state=state)
    net = recurrent_network().initialize(generator, np.float64)
    net.state = state
    net.backward(np.ones_like(net.forward(x)))
    assert {name: value.shape for name, value in net.dstate.items()} == {
        name: value.shape for name, value in state.items()
    }
