"""What mkdocs can't know: the options of the commands, and the pages of the API reference.

The tables of options come from the parsers of the command line, the pages from every `__all__`.
`tests/test_site.py` holds the built site to both.
"""

from __future__ import annotations

import argparse
import ast
import importlib
import inspect
import itertools
import re
import sys
import textwrap
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))  # the clone that the pages are about, installed or not

FOLDERS = ("convert", "glassnet", "learn", "models", "nn", "sample", "train", "visualize")

# -- options ------------------------------------------------------------------------------------


def train_parsers() -> dict[str, argparse.ArgumentParser]:
    """The parsers of `glassnet train`, by recipe."""
    from glassnet.train.command import parser
    from glassnet.train.recipes import RECIPES

    return {name: parser(name) for name in RECIPES}


def sample_parsers() -> dict[str, argparse.ArgumentParser]:
    """The parsers of `glassnet sample`, by the kind of the network."""
    from glassnet.sample.command.main import sample_parsers

    return dict(sample_parsers())


def visualize_parsers() -> dict[str, argparse.ArgumentParser]:
    """The parsers of `glassnet visualize`, by the kind of the network."""
    from glassnet.visualize.command.registry import view_parsers

    return {**view_parsers()}


def evaluate_parsers() -> dict[str, argparse.ArgumentParser]:
    """The parser of `glassnet evaluate`."""
    from glassnet.train.command.evaluate import parser

    return {"": parser()}


COMMANDS = {
    "train": train_parsers,
    "sample": sample_parsers,
    "visualize": visualize_parsers,
    "evaluate": evaluate_parsers,
}


def options_of(command: str) -> str:
    """Return the tables of a command's options in Markdown, with a heading for each parser."""
    parsers = COMMANDS[command]()
    if command == "train":
        return options_of_recipes(parsers)
    parts = []
    for name, parser in parsers.items():
        parts += [f"### {name}" if name else "", in_one_line(parser.description)]
        positional, optional, *groups = parser._action_groups
        first = [*positional._group_actions, *optional._group_actions]
        parts.append(table([row for row in rows_of(parser) if row.action in first]))
        for group in groups:
            rows = [row for row in rows_of(parser) if row.action in group._group_actions]
            title = f"**{str(group.title).capitalize()}**" if rows else ""
            parts += [title, in_one_line(group.description), table(rows)]
    return "\n\n".join(part for part in parts if part)


def options_of_recipes(parsers: dict[str, argparse.ArgumentParser]) -> str:
    """Return a table of the options that all recipes have, then what each recipe has of its own."""
    from glassnet.train.recipes import RECIPES

    rows = {name: rows_of(parser) for name, parser in parsers.items()}
    shared = set.intersection(*({row.key for row in own} for own in rows.values()))
    defaults: dict[tuple[str, str], Counter[str]] = {}
    for row in itertools.chain.from_iterable(rows.values()):
        defaults.setdefault(row.key, Counter())[row.default] += 1
    usual = {key: counted.most_common(1)[0][0] for key, counted in defaults.items()}
    first = next(iter(rows.values()))
    parts = [
        "### All recipes",
        "Every recipe has these options. The defaults are those of most recipes; a recipe that has "
        "others lists them below.",
        table([row._replace(default=usual[row.key]) for row in first if row.key in shared]),
    ]
    for name, own in rows.items():
        changed = [
            f"`{row.action.option_strings[0]} {row.default}`"
            for row in own
            if row.key in shared and row.default != usual[row.key]
        ]
        description = RECIPES[name].description
        parts += [f"### {name}", f"{description[0].upper()}{description[1:]}."]
        parts.append(f"Other defaults: {', '.join(changed)}." if changed else "")
        parts.append(table([row for row in own if row.key not in shared]))
    return "\n\n".join(part for part in parts if part)


class Row(NamedTuple):
    """An option as a line of a table shows it."""

    action: argparse.Action
    names: str
    default: str
    meaning: str

    @property
    def key(self) -> tuple[str, str]:
        """What two recipes must agree on for an option to be the same."""
        return self.names, self.meaning


def rows_of(parser: argparse.ArgumentParser) -> list[Row]:
    """Return the options that the help shows; a help text ends with the default in parentheses."""
    rows = []
    for action in parser._actions:
        if action.help in {None, argparse.SUPPRESS} or action.dest == "help":
            continue
        names = ", ".join(action.option_strings) or str(action.metavar or action.dest)
        if action.option_strings and action.nargs != 0:
            value = str(action.metavar or action.dest.upper())
            names += f" [{value}]" if action.nargs == "?" else f" {value}"
        text = in_one_line(parser._get_formatter()._expand_help(action))
        found = re.fullmatch(r"(?P<meaning>.*?)\s*\(?default:? (?P<default>[^()]*)\)?", text)
        meaning, default = (found["meaning"], found["default"]) if found else (text, "")
        rows.append(Row(action, names, default, meaning))
    return rows


def table(rows: list[Row]) -> str:
    """Return a table of options, or nothing if there are none."""
    lines = ["| option | default | meaning |", "| --- | --- | --- |"]
    for row in rows:
        default, meaning = (text.replace("|", r"\|") for text in (row.default, row.meaning))
        lines.append(f"| `{row.names}` | {default} | {meaning} |")
    return "\n".join(lines) if rows else ""


def in_one_line(text: str | None) -> str:
    """Return a text without line breaks."""
    return " ".join((text or "").split())


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Fill in the tables where a page has a comment such as `<!-- options of train -->`."""
    return re.sub(r"<!-- options of (\w+) -->", lambda found: options_of(found[1]), markdown)


# -- the API reference --------------------------------------------------------------------------


class Public(NamedTuple):
    """A name in an `__all__`."""

    name: str
    module: str  # from which a reader imports it: the shortest
    home: str  # the module that defines it


def public_names() -> list[Public]:
    """Return everything in an `__all__` of glassnet once, in the order of the alphabet."""
    found: dict[tuple[str, int], Public] = {}
    for path in [path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")]:
        text = path.read_text(encoding="utf-8")
        if "\n__all__ = " not in text:
            continue
        module = importlib.import_module(dotted(path))
        homes = imported_names(text)
        for name in module.__all__:
            public = Public(name, module.__name__, homes.get(name, module.__name__))
            before = found.get(key := (name, id(getattr(module, name))))
            if before is None or public.module.count(".") < before.module.count("."):
                found[key] = public
    return sorted(found.values(), key=lambda public: (public.module, public.name.lower()))


def dotted(path: Path) -> str:
    """Return the name of a module: nn/layer.py is glassnet.nn.layer."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    name = ".".join(parts if parts[0] == "glassnet" else ("glassnet", *parts))
    return name.removesuffix(".__init__")


def imported_names(text: str) -> dict[str, str]:
    """Return the names that a module imports from others, and from which."""
    tree = ast.parse(text)
    return {
        alias.asname or alias.name: node.module
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module
        for alias in node.names
    }


def room(public: Public) -> str:
    """Return the package in which a name is defined."""
    home = importlib.import_module(public.home)
    return public.home if hasattr(home, "__path__") else public.home.rpartition(".")[0]


def identifier(public: Public) -> str:
    """Return the path by which mkdocstrings finds a name: another where a module has it too."""
    path = f"{public.module}.{public.name}"
    return f"{path}.{public.name}" if path == public.home else path


def reference() -> dict[str, str]:
    """Return the pages of the reference in Markdown, by their path."""
    rooms: dict[str, list[Public]] = {}
    for public in public_names():
        rooms.setdefault(room(public), []).append(public)
    pages, index = {}, [INDEX]
    for place, publics in sorted(rooms.items()):
        path = f"{place.replace('.', '/')}.md"
        purpose = first_paragraph(place)
        text = [f"---\ntitle: {place.removeprefix('glassnet.')}\n---\n", f"# {place}\n", purpose]
        for module in sorted({public.module for public in publics}):
            names = [public for public in publics if public.module == module]
            text.append(f"\n```python\n{import_line(module, names)}\n```\n")
            text += [f"::: {identifier(public)}\n" for public in names]
        pages[f"reference/{path}"] = "\n".join(text)
        links = ", ".join(f"[`{public.name}`][{identifier(public)}]" for public in publics)
        index.append(f"## [{place}]({path})\n\n{purpose}\n\n{links}\n")
    return {"reference/index.md": "\n".join(index), **pages}


INDEX = """# API reference

Every public name, by the module that you import it from. Shapes are written as
tuples: sequences are (T, N, D), images (N, H, W, C), text windows (N, L, C), with N for the
batch. A name without an underscore that is not here may change without notice.
"""


def import_line(module: str, names: list[Public]) -> str:
    """Return the statement that imports names, in parentheses if it is long."""
    listed = ", ".join(public.name for public in names)
    if len(listed) < 60:
        return f"from {module} import {listed}"
    return f"from {module} import (\n{textwrap.indent(textwrap.fill(listed + ',', 76), '    ')}\n)"


def first_paragraph(module: str) -> str:
    """Return what the docstring of a module begins with, on one line."""
    text = inspect.getdoc(importlib.import_module(module)) or ""
    return " ".join(text.split("\n\n")[0].split())


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages of the reference, and list them in the navigation."""
    pages = reference()
    for path, text in pages.items():
        files.append(File.generated(config, path, content=text))
    set_navigation(config.nav or [], "API reference", list(pages))
    return files


def set_navigation(entries: list[dict[str, object]], title: str, pages: list[str]) -> None:
    """Put pages under a title of the navigation in mkdocs.yml, those of a package together."""
    packages: dict[str, list[str]] = {}
    for page in pages[1:]:
        package = page.removeprefix("reference/glassnet").strip("/").removesuffix(".md")
        packages.setdefault(package.partition("/")[0] or "glassnet", []).append(page)
    grouped = [{name: parts} if len(parts) > 1 else parts[0] for name, parts in packages.items()]
    for entry in entries:
        if title in entry:
            entry[title] = [pages[0], *grouped]
