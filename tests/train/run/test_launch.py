"""Starting a run alone or with several processes; under MPI see tests/train/workers."""

from pathlib import Path

import pytest

from glassnet.train.experiments import LSTMOptions
from glassnet.train.run import launch as launching
from glassnet.train.run.launch import launch
from glassnet.train.run.run import LoadedRun, Run
from glassnet.train.workers.communicator import SingleProcess


@pytest.mark.parametrize(
    ("workers", "rows", "expected"), [(1, 4, 1), (3, 4, 3), (9, 4, 4), (0, 4, 2), (0, 1, 1)]
)
def test_workers_are_as_many_as_asked_for_and_have_rows(
    workers: int, rows: int, expected: int, corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started = [1]

    class Started(SingleProcess):
        def __init__(self, size: int, *rest: object) -> None:
            started[0] = size

        def __enter__(self) -> "Started":
            return self

        def __exit__(self, *raised: object) -> None:
            pass

    class Ended:
        finished = True

    monkeypatch.setattr(launching, "start_workers", Started)
    monkeypatch.setattr(launching, "suitable_workers", lambda rows: 2)
    monkeypatch.setattr(LoadedRun, "train", lambda run, communicator: Ended())
    options = LSTMOptions(data=str(corpus), units=4, chunks=rows, workers=workers)
    assert launch(Run("shakespeare", options, corpus.parent, corpus.parent / "log.csv"))
    assert started == [expected]
