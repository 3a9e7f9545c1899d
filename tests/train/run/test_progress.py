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
        "epoch 3/7  step 51/500  loss 2.5000  2,500 characters/s  7:29 left",
        "epoch 3/7  step 71/500  loss 2.0000  2,500 characters/s  7:09 left",
    ]
    progress.end_epoch(
        {"epoch": 3, "training_loss": 1.9876, "validation_loss": 2.1, "seconds": 499.6}
    )
    assert capsys.readouterr().err == (
        "epoch 3/7  training loss 1.9876  validation loss 2.1000  500 s\n"
    )


def test_the_line_within_an_epoch_fits_80_columns(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds = iter([100.0, 200.0])
    monkeypatch.setattr(train_run_progress.time, "monotonic", lambda: next(seconds))
    progress = Progress(3610, 100, 2500, "characters", quiet=False)
    progress.start_epoch(100, 0)
    progress.step(1000, 2.5)
    line = capsys.readouterr().err
    assert line == ("epoch 100/100  step 1000/3610  loss 2.5000  25,000 characters/s  4:21 left\n")
    assert len(line) <= 80


def test_the_line_of_an_epoch_fits_80_columns(capsys: pytest.CaptureFixture[str]) -> None:
    progress = Progress(500, 1000, 2500, "lines", quiet=False)
    progress.start_epoch(1000, 0)
    values = {"training_loss": 19.876, "validation_loss": 21.0, "validation_accuracy": 0.25}
    progress.end_epoch({"epoch": 1000, **values, "seconds": 1234.5})
    line = capsys.readouterr().err
    assert line == (
        "epoch 1000/1000  loss 19.8760  validation loss 21.0000  accuracy 0.2500  1234 s\n"
    )
    assert len(line) <= 80


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("columns", [40, 60, 80])
def test_a_narrow_bar_keeps_the_loss(columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    progress = Progress(400, 20, 2500, "characters", quiet=False)
    progress.start_epoch(10, 1)
    progress.step(2, 2.0)
    bar = progress._bar
    assert bar is not None
    bar.dynamic_ncols = lambda _: (columns, 24)
    bar.refresh()
    drawn = terminal.getvalue().split("\r")
    progress.close()
    assert drawn[-1].startswith("epoch 10/20  loss 2.0000:   0%|")
    assert len(drawn[-1].rstrip()) <= columns


def test_a_terminal_gets_a_bar_that_goes_away(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("COLUMNS", "120")
    progress = Progress(4, 2, 2500, "characters", quiet=False)
    progress.start_epoch(1, 1)
    for step in (2, 3, 4):
        progress.step(step, 2.0 / step)
        progress._bar.refresh()  # type: ignore[union-attr]  # in a moment, it would do so itself
    drawn = terminal.getvalue().split("\r")
    assert "epoch 1/2  loss 0.5000:" in drawn[-1]
    assert "100%" in drawn[-1]
    assert "10.0k/10.0k" in drawn[-1]
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
