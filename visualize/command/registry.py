"""The views that exist. A new family of networks gets its view by an entry in `VIEWS`."""

from __future__ import annotations

from typing import Any

from glassnet.options import Parser
from glassnet.visualize.command.digits import DIGITS_VIEW
from glassnet.visualize.command.filters import FILTERS_VIEW
from glassnet.visualize.command.neurons import NEURONS_VIEW
from glassnet.visualize.command.view import View

VIEWS: tuple[View[Any, Any], ...] = (NEURONS_VIEW, FILTERS_VIEW, DIGITS_VIEW)


def view_parsers() -> dict[str, Parser]:
    """Return the parser of each view, by the name of the family that it shows.

    Examples
    --------
    >>> list(view_parsers())
    ['character network', 'text autoencoder', 'autoencoder of digits']
    """
    return {view.name: view.parser() for view in VIEWS}
