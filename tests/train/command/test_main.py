"""`glassnet train`: the list of recipes, and the exit status."""

from collections.abc import Callable

import pytest

from glassnet.train.command.main import main
from glassnet.train.recipes import RECIPES
from glassnet.train.run.trainer import Trainer


def test_the_list_names_all_recipes(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list"]) == 0
    printed = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in printed] == list(RECIPES)
    assert max(map(len, printed)) < 80


@pytest.mark.parametrize(("finished", "status"), [(True, 0), (False, 130)])
def test_the_status_tells_whether_it_was_interrupted(
    finished: bool, status: int, train: Callable[..., int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        Trainer, "run", lambda trainer, steps: setattr(trainer, "finished", finished)
    )
    assert train("--k2", "10") == status
