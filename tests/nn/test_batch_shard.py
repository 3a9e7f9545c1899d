import copy

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glassnet.nn import BatchShard
from glassnet.nn.testing import generators, shapes


@given(
    seed=st.integers(0, 2**32),
    shape=shapes(3),
    axis=st.integers(0, 2),
    cut=st.integers(0, 5),
    kind=st.sampled_from(["uniform", "normal"]),
)
def test_shards_of_random_numbers_together_equal_the_whole(
    seed: int, shape: tuple[int, ...], axis: int, cut: int, kind: str
) -> None:
    total = shape[axis]
    cut = min(cut, total)
    alone = BatchShard(np.random.default_rng(seed))
    whole = getattr(alone, kind)(shape, axis)
    assert whole.shape == shape
    assert whole.dtype == np.float32
    parts = []
    for start, stop in ((0, cut), (cut, total)):
        shard = BatchShard(np.random.default_rng(seed), start, stop, total)
        local = (*shape[:axis], stop - start, *shape[axis + 1 :])
        parts.append(getattr(shard, kind)(local, axis))
        # Every worker's generator moves on by as much, whatever its shard.
        assert shard.generator.bit_generator.state == alone.generator.bit_generator.state
    np.testing.assert_array_equal(np.concatenate(parts, axis), whole)


@given(generator=generators())
def test_shards_draw_the_numbers_they_promise(generator: np.random.Generator) -> None:
    shard = BatchShard(generator)
    numbers = shard.uniform((2000,))
    assert numbers.min() >= 0
    assert numbers.max() < 1
    assert abs(numbers.mean() - 0.5) < 6 / np.sqrt(12 * 2000)
    assert abs(shard.normal((2000,)).mean()) < 6 / np.sqrt(2000)


def test_rows_of_the_whole_batch(generator: np.random.Generator) -> None:
    assert BatchShard(generator).rows(5) == 5
    assert BatchShard(generator, 5, 10, 20).rows(5) == 20


@pytest.mark.parametrize("rows", [(2, None), (0, 4)])
def test_a_shard_needs_the_rows_of_the_whole_batch(
    rows: tuple[int, int | None], generator: np.random.Generator
) -> None:
    with pytest.raises(ValueError, match="needs total, the rows of the batch"):
        BatchShard(generator, *rows)


def test_sums_over_workers() -> None:
    generator, values = np.random.default_rng(0), np.arange(3.0)
    for alone in (BatchShard(generator), BatchShard(generator, 0, 4, 4)):
        assert alone.sum_over_workers(values) is values
    doubled = BatchShard(generator, 0, 2, 4, lambda values: 2 * values)
    np.testing.assert_array_equal(doubled.sum_over_workers(values), 2 * values)
    for start, stop in ((0, 3), (1, 4)):
        with pytest.raises(RuntimeError, match=f"rows {start} to {stop} of 4: give BatchShard"):
            BatchShard(generator, start, stop, 4).sum_over_workers(values)


def test_a_copy_draws_by_itself_and_sums_over_the_same_workers() -> None:
    shard = BatchShard(np.random.default_rng(0), 0, 2, 4, print)  # type: ignore[arg-type]
    twin = copy.deepcopy(shard)
    assert twin.all_reduce is print
    assert (twin.start, twin.stop, twin.total) == (0, 2, 4)
    np.testing.assert_array_equal(twin.uniform((2,)), shard.uniform((2,)))
