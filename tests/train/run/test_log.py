import os
from pathlib import Path

import pytest

from glassnet.train.run.log import COLUMNS, CSVLog, LogError, is_log, require_log


def test_a_log_goes_where_a_link_leads(tmp_path: Path) -> None:
    (tmp_path / "log.csv").symlink_to(tmp_path / "elsewhere.csv")
    log = CSVLog(tmp_path / "log.csv", 0)
    log.write(event="step", step=1)
    log.close()
    assert (tmp_path / "log.csv").is_symlink()
    rows = (tmp_path / "elsewhere.csv").read_text().splitlines()
    assert rows == [",".join(COLUMNS), "step,,1,,,,"]


def test_a_log_replaces_nothing_but_files(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", tmp_path):
        with pytest.raises(OSError, match=r"is not a regular file|is a folder") as error:
            CSVLog(path, 0)
        assert error.value.filename == str(path)


@pytest.mark.parametrize("content", [b"a,b,c,d,e,f,g\n" * 2, b"\xff\xfe\n\n"])
def test_another_file_is_no_log_to_go_on_with(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_bytes(content)
    with pytest.raises(LogError, match=r"mine.csv: is not a log of glassnet"):
        CSVLog(path, 1)
    assert path.read_bytes() == content


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_is_named(tmp_path: Path) -> None:
    log = CSVLog(tmp_path / "log.csv", 0)
    assert log._file is not None
    with open("/dev/full", "w") as full:
        os.dup2(full.fileno(), log._file.fileno())
    with pytest.raises(OSError, match="No space left") as error:
        log.write(event="step")
    assert error.value.filename == str(tmp_path / "log.csv")
    with pytest.raises(OSError, match="No space left"):
        log.close()


def test_a_resumed_log_keeps_the_rows_until_then(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    log = CSVLog(path, 0)
    for step in range(1, 5):
        log.write(event="step", step=step, training_loss=0.1)
    log.close()
    path.write_bytes(path.read_bytes()[:-3])  # the run was killed
    log = CSVLog(path, 3)
    log.write(event="step", step=4)
    log.close()
    rows = ["step,,1,0.1,,,", "step,,2,0.1,,,", "step,,3,0.1,,,", "step,,4,,,,"]
    assert path.read_text().splitlines() == [",".join(COLUMNS), *rows]


def test_a_log_takes_no_other_files_place(tmp_path: Path) -> None:
    log, other = tmp_path / "log.csv", tmp_path / "mine.csv"
    CSVLog(log, 0).close()
    other.write_text("milk,bread\n")
    assert (is_log(log), is_log(other), is_log(tmp_path)) == (True, False, False)
    require_log(log, new=False)
    require_log(tmp_path / "none.csv", new=True)
    for path, new, message in (
        (log, True, "is there already; choose another file for the log"),
        (other, False, "is not a log of glassnet"),
        (tmp_path, False, "is not a regular file; choose another one for the log"),
    ):
        with pytest.raises(LogError) as error:
            require_log(path, new)
        assert str(error.value) == f"{path}: {message}"
