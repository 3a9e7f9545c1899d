from collections.abc import Callable

import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from glassnet.nn import GRU, LSTM, Sequential, SimpleRNN
from glassnet.nn.recurrent.base import RecurrentLayer
from glassnet.train.workers import threads as train_threads
from glassnet.train.workers.threads import limit_threads, suitable_workers, threads_as_before


def test_the_threads_of_each_worker_are_limited(
    train: Callable[..., int], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    monkeypatch.setattr(
        "glassnet.train.run.run.limit_threads", lambda network, size: asked.append(size)
    )
    train("--k2", "10", "--steps", "1")
    train("--k2", "10", "--steps", "1", "--workers", "2")
    assert asked == [1, 2]


@pytest.mark.parametrize("kind", [LSTM, GRU, SimpleRNN])
@pytest.mark.parametrize("workers", [1, 1000])
def test_a_blas_that_threadpoolctl_does_not_know(
    workers: int, kind: Callable[[int, int], RecurrentLayer], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(train_threads, "threadpool_info", list)
    monkeypatch.setattr(train_threads, "cores", lambda: 4)
    layer = kind(2, 2)
    layer.tiled = True
    limit_threads(layer, workers)
    assert layer.tiled == (workers == 1000)


@pytest.mark.parametrize(
    ("cores", "workers", "started_with", "threads"),
    [(8, 1, 8, 8), (8, 2, 8, 4), (8, 3, 8, 2), (8, 2, 1, 1), (2, 4, 2, 1), (4, 1, 16, 4)],
)
def test_blas_gets_a_part_of_the_cores_and_no_more_than_it_had(
    cores: int, workers: int, started_with: int, threads: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    pools = [
        {"user_api": "openmp", "num_threads": 1},
        {"user_api": "blas", "num_threads": started_with},
    ]
    limits = []
    monkeypatch.setattr(train_threads, "threadpool_info", lambda: pools)
    monkeypatch.setattr(train_threads, "cores", lambda: cores)
    monkeypatch.setattr(
        train_threads, "threadpool_limits", lambda most, user_api: limits.append((most, user_api))
    )
    layer = LSTM(2, 2)
    layer.tiled = True
    limit_threads(layer, workers)
    assert limits == [(threads, "blas")]
    assert layer.tiled == (threads == 1)


def test_threads_and_tiles_are_as_before() -> None:
    def threads() -> list[int]:
        return [pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"]

    layer, other = LSTM(2, 2), LSTM(2, 2)
    other.tiled = False
    before = threads()
    with threads_as_before(Sequential(layer, other)):
        threadpool_limits(1, user_api="blas")
        layer.tiled = False
    assert threads() == before
    assert layer.tiled
    assert not other.tiled


@pytest.mark.parametrize(
    ("cores", "rows", "workers"), [(4, 25, 3), (4, 1000, 4), (4, 7, 1), (1, 64, 1), (2, 16, 2)]
)
def test_one_worker_for_each_core_that_has_enough_rows(
    cores: int, rows: int, workers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(train_threads, "cores", lambda: cores)
    assert suitable_workers(rows) == workers
