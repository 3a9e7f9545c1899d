import pytest

from glassnet.visualize.drawing.progress import reading_bar


@pytest.mark.parametrize("progress", [True, False])
def test_nothing_is_shown_where_there_is_no_terminal(
    progress: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    with reading_bar(10, "lines", progress) as bar:
        bar.update(10)
    assert bar.disable
    assert capsys.readouterr().err == ""
