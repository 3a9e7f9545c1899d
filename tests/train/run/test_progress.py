import io
import sys

import pytest

from glassnet.train.run import progress as train_run_progress
from glassnet.train.run.progress import Progress


def test_lines_say_how_far_and_how_fast(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds = iter([100.0, 104.0, 111.0, 120.0, 131.0])
    monkeypatch.setattr(train_run_progress.time, "monotonic", lambda: next(seconds))
    progress = Progress(500, 7, 2500, "characters", quiet=False)
    progress.start_epoch(3, 40)  # resumed in the middle of an epoch
    for step, loss in ((44, 3.0), (51, 2.5), (60, 2.25), (71, 2.0)):
        progress.step(step, loss)
    # One update a second; the line after 120 s would be the second within ten seconds.
    assert capsys.readouterr().err.splitlines() == [
        "epoch 3/7  step 51/500  loss 2.5000  2,500 characters/s  7:29 left in this epoch",
        "epoch 3/7  step 71/500  loss 2.0000  2,500 characters/s  7:09 left in this epoch",
    ]
    progress.end_epoch(
        {"epoch": 3, "training_loss": 1.9876, "validation_loss": 2.1, "seconds": 499.6}
    )
    assert capsys.readouterr().err == (
        "epoch 3/7  training loss 1.9876  validation loss 2.1000  500 s\n"
    )


def test_a_terminal_gets_a_bar_that_goes_away(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("COLUMNS", "120")
    progress = Progress(4, 2, 2500, "characters", quiet=False)
    progress.start_epoch(1, 1)
    for step in (2, 3, 4):
        progress.step(step, 2.0 / step)
        progress._bar.refresh()  # type: ignore[union-attr]  # in a moment, it would do so itself
    drawn = terminal.getvalue().split("\r")
    assert "epoch 1/2:" in drawn[-1]
    assert "100%" in drawn[-1]
    assert "10.0k/10.0k" in drawn[-1]
    assert "loss 0.5000" in drawn[-1]
    progress.end_epoch({"epoch": 1, "training_loss": 0.5, "seconds": 1.0})
    rest = terminal.getvalue().removeprefix("\r".join(drawn)).split("\r")
    assert rest[-1] == "epoch 1/2  training loss 0.5000  1 s\n"
    assert not any(part.strip() for part in rest[:-1])


def test_workers_other_than_the_first_say_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    progress = Progress(4, 2, 2500, "characters", quiet=True)
    progress.start_epoch(1, 0)
    progress.step(4, 1.0)
    progress.say("something")
    progress.end_epoch({"epoch": 1, "seconds": 1.0})
    assert capsys.readouterr().err == ""
