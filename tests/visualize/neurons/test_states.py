import pytest

from glassnet.visualize.neurons.states import STATES, check_states, state_name


def test_states_are_named_as_in_a_sentence() -> None:
    assert [state_name(state) for state in STATES] == [
        "hidden state",
        "cell state",
        "input gate",
        "forget gate",
        "output gate",
        "candidate",
    ]


def test_a_state_that_does_not_exist_is_refused() -> None:
    check_states(STATES)
    with pytest.raises(ValueError, match="there is no state 'hiden'; did you mean 'hidden'"):
        check_states(["cell", "hiden"])
