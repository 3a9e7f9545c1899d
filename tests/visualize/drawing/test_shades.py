import numpy as np
import pytest

from glassnet.visualize.drawing.shades import DENSITY, color, density, shades
from glassnet.visualize.neurons.states import STATES

WHITE, PINK, RED = (255, 255, 255), (255, 127, 127), (255, 0, 0)


@pytest.mark.parametrize(
    ("state", "values", "colors"),
    [
        ("hidden", [-1, 0, 1], [WHITE, PINK, RED]),
        ("candidate", [-1, 0, 1], [WHITE, PINK, RED]),
        ("cell", [-40, 0, 40], [WHITE, PINK, RED]),
        ("input-gate", [0, 0.5, 1], [WHITE, PINK, RED]),
        ("forget-gate", [0, 0.5, 1], [WHITE, PINK, RED]),
        ("output-gate", [0, 0.5, 1], [WHITE, PINK, RED]),
    ],
)
def test_scale(state: str, values: list[float], colors: list[tuple[int, int, int]]) -> None:
    found = shades(np.array(values, np.float32), state)
    assert found.dtype == np.uint8
    assert [color(shade) for shade in found.tolist()] == colors


def test_cell_states_are_drawn_by_their_tanh() -> None:
    cells = np.linspace(-3, 3, 50)
    np.testing.assert_array_equal(shades(cells, "cell"), shades(np.tanh(cells), "hidden"))


@pytest.mark.parametrize("state", [*STATES, "reset-gate", "update-gate"])
def test_a_higher_activation_is_never_lighter(state: str) -> None:
    found = shades(np.linspace(-3, 3, 2000), state).astype(int)
    assert (np.diff(found) >= 0).all()
    assert set(np.diff(found)) <= {0, 1}


def test_density_uses_its_characters_evenly() -> None:
    found = [density(shade) for shade in range(256)]
    assert found[0] == " "
    assert found[-1] == "#"
    assert "".join(dict.fromkeys(found)) == DENSITY
    assert {found.count(character) for character in DENSITY} <= {42, 43}
