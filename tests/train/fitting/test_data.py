import numpy as np
import pytest

from glassnet.train import DataMismatchError
from glassnet.train.fitting import data as data_module
from glassnet.train.fitting.data import Batches, axes_of, checked, hold_out


def test_lists_become_arrays_and_arrays_stay() -> None:
    x, targets = np.ones((3, 2), np.float32), np.arange(3)
    examples = checked((x, targets), "data", (0, 0))
    assert isinstance(examples, tuple)
    assert examples[0] is x
    assert examples[1] is targets
    pair = checked(([[1, 2]], [3]), "data", (0, 0))
    assert isinstance(pair, tuple)
    assert pair[0].shape == (1, 2)


def test_a_pair_of_pairs_is_batches() -> None:
    batch = (np.ones((2, 3)), np.ones((2, 1)))
    batches = checked((batch, batch), "data", (0, 0))
    assert isinstance(batches, Batches)
    assert len(batches) == 2
    assert len(list(batches)) == len(list(batches)) == 2


def test_batches_are_read_anew_each_time() -> None:
    class Growing:
        times = 0

        def __len__(self) -> int:
            return 1

        def __iter__(self):  # type: ignore[no-untyped-def]
            self.times += 1
            yield np.full((1, 1), self.times), np.zeros(1)

    batches = checked(Growing(), "data", (0, 0))
    assert [next(iter(batches))[0].item() for _ in range(3)] == [1, 2, 3]


@pytest.mark.parametrize(("axes", "kept"), [((0, 0), (3, 4)), ((1, 0), (4, 2)), ((1, 1), (4, 2))])
def test_the_end_is_held_out_along_its_axis(axes: tuple[int, int], kept: tuple[int, int]) -> None:
    x = np.arange(16).reshape(4, 4)
    (inputs, targets), (last, answers) = hold_out((x, x), 0.25 if kept[0] == 3 else 0.5, axes)
    assert inputs.shape == kept
    joined = np.concatenate([inputs, last], axis=axes[0])
    np.testing.assert_array_equal(joined, x)
    np.testing.assert_array_equal(np.concatenate([targets, answers], axis=axes[1]), x)


@pytest.mark.parametrize("place", [(0, 0, 0), (9, 2, 3), (4, 1, 2)])
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_what_is_missing_is_found_wherever_it_is(
    place: tuple[int, int, int], value: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(data_module, "_CHECKED_AT_ONCE", 36)  # three rows
    x = np.zeros((10, 3, 4))
    checked((x, x), "data", (0, 0))
    x[place] = value
    with pytest.raises(DataMismatchError) as error:
        checked((x, x), "data", (0, 0))
    assert f"holds {value} at {list(place)}: " in str(error.value)


def test_axes() -> None:
    assert axes_of(2) == (2, 2)
    for wrong in ((0, 1, 2), (0, -1), "0", 1.0):
        with pytest.raises(DataMismatchError, match=r"^batch_axis must be a whole number from 0"):
            axes_of(wrong)  # type: ignore[arg-type]
