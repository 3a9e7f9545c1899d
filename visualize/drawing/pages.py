"""HTML pages: filling a template, and writing the page to a file."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

from glassnet.files import whole_file


def fill_template(template: str, parts: Mapping[str, str]) -> str:
    """Return an HTML template with its parts filled in.

    Parameters
    ----------
    template : str
        Text with a placeholder `@@name@@` for each part.
    parts : mapping of str to str
        The content of each part by its name, as HTML: already escaped.
    """
    # In one pass, so that content that looks like a placeholder stays as it is.
    return re.sub(rf"@@({'|'.join(parts)})@@", lambda match: parts[match[1]], template)


def script_data(value: object) -> str:
    """Return a value as JSON that may stand in a script element.

    Parameters
    ----------
    value : object
        What JSON can hold.
    """
    return json.dumps(value).replace("<", "\\u003c")  # nothing else can end the element


def data_block(name: str, encoded: str) -> str:
    """Return a script element that holds data for a page's script, and is not run.

    Parameters
    ----------
    name : str
        By which the script finds it: its id.
    encoded : str
        The data in base64.
    """
    return f'<script type="text/plain" id="{name}">{encoded}</script>'


def save_page(path: Path | str, content: str) -> None:
    """Write a page to an HTML file, whole or not at all.

    Parameters
    ----------
    path : path or str
        The file to write.
    content : str
        The page, as `neurons_page` and `filters_page` return it.

    Raises
    ------
    OSError
        If the file can't be written.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from glassnet.visualize import save_page
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save_page(Path(folder) / "page.html", "<p>Grüße</p>")
    ...     (Path(folder) / "page.html").read_text(encoding="utf-8")
    '<p>Grüße</p>'
    """
    with whole_file(path) as file:
        # The title may hold a file name that is not UTF-8.
        file.write(content.encode(errors="replace"))
