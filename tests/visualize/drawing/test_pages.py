import json
from pathlib import Path

from glassnet.visualize.drawing.pages import data_block, fill_template, save_page, script_data


def test_content_that_looks_like_a_placeholder_stays() -> None:
    parts = {"title": "@@text@@ \\1", "text": "@@title@@"}
    assert fill_template("<@@title@@> @@text@@ @@other@@", parts) == (
        "<@@text@@ \\1> @@title@@ @@other@@"
    )


def test_a_page_is_written_as_utf_8(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    save_page(path, "<title>tïtle</title>")
    assert path.read_text(encoding="utf-8") == "<title>tïtle</title>"
    save_page(path, "a file name that is not UTF-8: \udcff")
    assert path.read_text(encoding="utf-8") == "a file name that is not UTF-8: ?"


def test_data_does_not_end_its_script_element() -> None:
    value = {"</script>": ["<!--", 1.5, None]}
    assert "<" not in script_data(value)
    assert json.loads(script_data(value)) == value


def test_a_block_of_data_is_not_run() -> None:
    assert data_block("layer1", "AAA=") == '<script type="text/plain" id="layer1">AAA=</script>'
