from glassnet.visualize.neurons.states import STATES, state_name


def test_states_are_named_as_in_a_sentence() -> None:
    assert [state_name(state) for state in STATES] == [
        "hidden state",
        "cell state",
        "input gate",
        "forget gate",
        "output gate",
        "candidate",
    ]
