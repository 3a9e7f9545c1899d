import pytest

from glassnet.models import NeuronError, check_neuron


@pytest.mark.parametrize(("layer", "unit"), [(1, 0), (1, 3), (2, 4)])
def test_a_neuron_that_is_there(layer: int, unit: int) -> None:
    check_neuron(layer, unit, [4, 5])


@pytest.mark.parametrize(
    ("layer", "unit", "message"),
    [
        (0, 0, "there is no layer 0; layers are numbered from 1 to 2"),
        (3, 0, "there is no layer 3; layers are numbered from 1 to 2"),
        (1, 4, "layer 1 has no neuron 4; its neurons are numbered from 0 to 3"),
        (2, -1, "layer 2 has no neuron -1; its neurons are numbered from 0 to 4"),
    ],
)
def test_one_that_is_not(layer: int, unit: int, message: str) -> None:
    with pytest.raises(NeuronError, match=message):
        check_neuron(layer, unit, [4, 5])
