import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glassnet.nn import Dense
from glassnet.train.workers.communicator import Communicator, SingleProcess, shard


@given(length=st.integers(0, 1000), size=st.integers(1, 20))
def test_shards_are_the_whole_and_differ_by_one_at_most(length: int, size: int) -> None:
    parts = [shard(length, rank, size) for rank in range(size)]
    assert np.concatenate([np.arange(length)[part] for part in parts]).tolist() == [*range(length)]
    lengths = [part.stop - part.start for part in parts]
    assert max(lengths) - min(lengths) <= 1


def test_a_process_alone_has_nothing_to_exchange(generator: np.random.Generator) -> None:
    communicator: Communicator = SingleProcess()
    network = Dense(3, 2).initialize(generator)
    before = network.theta.copy()
    communicator.broadcast(network)
    communicator.reduce_scatter(network.grad)
    communicator.all_gather(network.theta)
    communicator.barrier()
    np.testing.assert_array_equal(network.theta, before)
    assert communicator.local_slice(8) == slice(0, 8)
    assert communicator.all_reduce(np.array([1.5])) == pytest.approx(1.5)
    assert (communicator.rank, communicator.size, communicator.local_size) == (0, 1, 1)
