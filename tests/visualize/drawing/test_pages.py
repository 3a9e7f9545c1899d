from pathlib import Path

from glassnet.visualize.drawing.pages import fill_template, save_page


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
