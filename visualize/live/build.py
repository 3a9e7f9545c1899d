"""The live page: one HTML file in which a character network runs, offline.

The page is `page/page.html` with its style, its scripts, the engine (`engine/`, which a worker
runs), its data and the network's arrays filled in. Pages from the disk may load nothing, not even
modules, so the scripts are joined into one.
"""

from __future__ import annotations

import base64
import html
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from glassnet.models import CharacterNetwork
from glassnet.nn import Array
from glassnet.visualize.drawing.pages import data_block, fill_template, script_data
from glassnet.visualize.drawing.shades import bounds
from glassnet.visualize.live.encodings import encode_array
from glassnet.visualize.live.network import describe_network, folded_network
from glassnet.visualize.neurons import views
from glassnet.visualize.neurons.ablation import Ablation
from glassnet.visualize.neurons.reading import states_of
from glassnet.visualize.neurons.search.findings import Finding
from glassnet.visualize.neurons.states import state_name
from glassnet.visualize.neurons.views.page.data import ablations_data, findings_data

ENGINE = (
    *("random.js", "sampling.js", "matrix.js", "simd.js", "weights.js"),
    *("recurrent.js", "network.js", "lane.js", "worker.js"),
)
SHARED = ("elements.js", "lists.js")
SCRIPTS = ("view.js", "text.js", "panels.js", "controls.js", "live.js")
LARGEST = 150_000_000
"""Activations that the page keeps of a text; browsers fail on more."""

LONGEST = 20_000
"""Characters of a text that the page takes, of small networks too; it slows down with more."""


@dataclass(frozen=True)
class Opening:
    """What the page shows first.

    Parameters
    ----------
    text : str
        The text that it reads.
    layer, neuron : int
        The neuron that it shows, the layer counted from 1 and the neuron from 0.
    written : int, default 0
        Characters that it writes after the text.
    """

    text: str
    layer: int
    neuron: int
    written: int = 0


def live_page(
    network: CharacterNetwork,
    opening: Opening,
    title: str,
    *,
    checkpoint: str = "",
    encoding: str = "float32",
    findings: Sequence[Finding] = (),
    most_important: Sequence[Ablation] = (),
) -> str:
    """Return an HTML page in which a network reads and writes; `save_page` writes it to a file.

    Parameters
    ----------
    network : CharacterNetwork
        An initialized `CharacterLSTM`, of any cell.
    opening : Opening
        What the page shows first.
    title : str
        The title of the page.
    checkpoint : str, optional
        The network as `glassnet sample` takes it; by default its own default.
    encoding : {'float32', 'float16', 'int8'}, default 'float32'
        How the page holds the weights; see `visualize/live/encodings.py`.
    findings : sequence of Finding, optional
        The results of a search, in the order in which to list them.
    most_important : sequence of Ablation, optional
        The most important neurons, in the order in which to list them.

    Returns
    -------
    str
        The page as HTML.

    Raises
    ------
    UserError
        If the network is no `CharacterLSTM`.
    VocabularyError
        If the text holds a character that the network does not know.
    """
    network.vocabulary.encode(opening.text)
    folded = folded_network(network)
    states = states_of(folded)
    arrays = folded.parameters
    data = {
        "network": {**describe_network(folded), "arrays": _shapes(arrays, encoding)},
        "layers": dict(enumerate(folded.hidden_sizes, start=1)),
        "states": {
            state: {"name": state_name(state), "low": bounds(state)[0], "high": bounds(state)[1]}
            for state in states
        },
        "first": {"layer": opening.layer, "neuron": opening.neuron, "state": states[0]},
        "text": opening.text,
        "written": opening.written,
        "longest": min(LONGEST, LARGEST // (sum(folded.hidden_sizes) * len(states))),
        "checkpoint": checkpoint,
        "encoding": encoding,
        "weights": folded.theta.size,
        "findings": findings_data(findings),
        "most_important": ablations_data(most_important),
    }
    parts = {
        "title": html.escape(title),
        "style": _read(_PAGE, ["page.css"]) + _read(_HERE / "page", ["live.css"]),
        # The scripts hold no end of a script element.
        "engine": '"use strict";\n' + _read(_HERE / "engine", ENGINE),
        "script": _read(_PAGE, SHARED) + _read(_HERE / "page", SCRIPTS),
        "data": script_data(data),
        "blocks": "\n".join(
            data_block(name, base64.b64encode(encode_array(values, encoding)).decode("ascii"))
            for name, values in arrays.items()
        ),
    }
    return fill_template(_read(_HERE / "page", ["page.html"]), parts)


def _shapes(arrays: dict[str, Array], encoding: str) -> dict[str, dict[str, int | str]]:
    return {
        name: {
            "rows": len(values) if values.ndim > 1 else 1,
            "columns": values.shape[-1],
            "encoding": encoding if values.ndim > 1 else "float32",
        }
        for name, values in arrays.items()
    }


_HERE = Path(__file__).parent
_PAGE = Path(views.__file__).parent / "page"  # the page of a text, whose style is used


def _read(folder: Path, names: Sequence[str]) -> str:
    return "".join((folder / name).read_text(encoding="utf-8") for name in names)
