import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from glassnet.visualize.neurons.contexts import AFTER, BEFORE
from glassnet.visualize.neurons.views.page.passages import join_passages


@given(
    st.text("abc\né日", min_size=1, max_size=400),
    st.lists(st.floats(0, 1, exclude_max=True), min_size=1, max_size=12),
)
def test_passages_hold_the_text_around_each_position(text: str, parts: list[float]) -> None:
    positions = np.array([int(part * len(text)) for part in parts] + [-1])
    passages, (places,) = join_passages(text, [positions])
    assert places[-1] == -1
    wanted = set()
    for position, place in zip(positions[:-1].tolist(), places.tolist(), strict=False):
        around = range(max(0, position - BEFORE), min(len(text), position + AFTER + 1))
        wanted |= set(around)
        before = passages[max(0, place - BEFORE) : place]
        assert before + passages[place : place + AFTER + 1] == "".join(text[i] for i in around)
    assert len(passages) == len(wanted)
