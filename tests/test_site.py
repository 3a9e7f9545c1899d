"""The documentation site: it has every public name and option, and needs no network."""

import functools
import html
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from types import ModuleType

import pytest

from glassnet.train.options.fields import shown
from glassnet.train.recipes import RECIPES

pytest.importorskip("material", reason="needs the extra [docs]")
ROOT = Path(__file__).parents[1]
pytestmark = pytest.mark.skipif(
    not (ROOT / "glassnet" / "nn").is_dir(),
    reason="mkdocstrings needs the links in glassnet/, which a source distribution lacks",
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    built = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)],
        cwd=ROOT,
        env=os.environ | {"NO_MKDOCS_2_WARNING": "true"},
        capture_output=True,
        text=True,
    )
    assert built.returncode == 0, built.stdout + built.stderr
    return folder


@functools.cache
def hook() -> ModuleType:
    """docs/hooks/pages.py, which is no module of a package."""
    spec = importlib.util.spec_from_file_location("pages", ROOT / "docs" / "hooks" / "pages.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Elements(HTMLParser):
    """The ids of a page, and the addresses of what a browser loads along with it."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.loaded: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.ids.add(given.get("id", ""))
        if tag == "link" and given.get("rel") not in {"canonical", "next", "prev"}:
            self.loaded.append(given.get("href", ""))
        if tag != "a":
            self.loaded += [given[name] for name in ("src", "srcset", "data") if name in given]


def elements(path: Path) -> Elements:
    found = Elements()
    found.feed(path.read_text(encoding="utf-8"))
    return found


def test_every_public_name_has_its_place(site: Path) -> None:
    ids = set().union(*(elements(page).ids for page in (site / "reference").rglob("*.html")))
    names = hook().public_names()
    assert len(names) > 70
    missing = [name for name in map(hook().identifier, names) if name not in ids]
    assert missing == []


def test_nothing_is_loaded_from_elsewhere(site: Path) -> None:
    pages = list(site.rglob("*.html"))
    assert len(pages) > 10
    loaded = {address for page in pages for address in elements(page).loaded}
    assert any(address.endswith(".js") for address in loaded)
    assert [address for address in loaded if re.match(r"(\w+:)?//", address)] == []
    for style in site.rglob("*.css"):
        text = style.read_text(encoding="utf-8")
        assert re.findall(r"url\(\W?(?:https?:)?//|@import", text) == [], style


def test_every_recipe_has_its_options(site: Path) -> None:
    page = (site / "options.html").read_text(encoding="utf-8")
    common = page.split('<h3 id="all-recipes">')[1].split("<h")[0]
    for name, recipe in RECIPES.items():
        part = page.split(f'<h3 id="{name}">')[1].split("<h")[0]
        for option, value in recipe.options.header().items():
            line = re.compile(rf"<code>--{option} [^<]*</code></td>\s*<td>([^<]*)</td>")
            found = line.search(part) or line.search(common)
            assert found, (name, option)
            default = shown(value)
            changed = f"<code>--{option} {default}</code>" in part
            assert changed or found[1] == default, (name, option)


def test_the_page_of_options_has_the_paragraphs_of_help(site: Path) -> None:
    page = html.unescape((site / "options.html").read_text(encoding="utf-8"))
    words = " ".join(re.sub("<[^>]*>", "", page).split())
    for command in ("sample", "visualize", "evaluate"):
        for parser in hook().COMMANDS[command]().values():
            groups = [group.description for group in parser._action_groups]
            for text in filter(None, [parser.description, *groups]):
                assert " ".join(text.split()) in words


def test_no_comment_is_left_where_options_belong(site: Path) -> None:
    for page in site.rglob("*.html"):
        assert "<!-- options of" not in page.read_text(encoding="utf-8")


def test_the_search_works_on_pages_opened_from_the_disk(site: Path, tmp_path: Path) -> None:
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("there is no chromium")
    options = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--host-resolver-rules=MAP * ~NOTFOUND",
    ]
    options += [f"--user-data-dir={tmp_path}", "--virtual-time-budget=20000", "--dump-dom"]
    address = f"{(site / 'index.html').as_uri()}?q=vocabulary"
    page = subprocess.run(
        [chromium, *options, "--dump-dom", address], capture_output=True, text=True, timeout=120
    ).stdout
    assert re.search(r"\d+ matching documents", page)
    assert "reference/glassnet/models.html" in page


def test_shapes_are_a_section_with_a_list(site: Path) -> None:
    page = (site / "reference" / "glassnet" / "nn" / "layers.html").read_text(encoding="utf-8")
    assert re.search(r'section-title">Shapes:</span></p>\s*<ul>\s*<li>', page)
