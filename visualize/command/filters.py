"""The view of a text autoencoder: its filters on lines of text."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from glassnet.command import complain
from glassnet.errors import UsageError, UserError
from glassnet.models import Checkpoint, TextAutoencoder
from glassnet.options import Parser, layer_and_index, whole_number
from glassnet.visualize.command.common import (
    check_neuron,
    read_text,
    source_name,
    terminal,
    write,
)
from glassnet.visualize.command.options import add_file, add_length, add_no_color, check_files
from glassnet.visualize.command.view import PROGRAM, View
from glassnet.visualize.drawing.pages import save_page
from glassnet.visualize.drawing.text import TooLongError
from glassnet.visualize.filters.ngrams import NGram, strongest_ngrams
from glassnet.visualize.filters.page import filters_page
from glassnet.visualize.filters.picture import save_filters_picture
from glassnet.visualize.filters.responses import (
    LAYERS,
    UNKNOWN,
    Responses,
    read_responses,
    replace_unknown,
    unknown_characters,
)
from glassnet.visualize.filters.terminal import draw_filters, draw_ngrams

LINE = "very fine letter of ample explanation, regret, and entreaty, to his"
"""What is read by default: a line of Jane Austen's Persuasion."""


@dataclass(frozen=True)
class FiltersOptions:
    """The options of the view, by name; None for what was not asked for."""

    checkpoint: Path
    text: str | None
    line: str
    length: int | None
    neuron: tuple[int, int] | None
    filters: int
    layer: int | None
    corpus: str | None
    html: Path | None
    png: Path | None
    no_color: bool


def _add_options(parser: Parser, network: TextAutoencoder | None) -> None:
    source = parser.add_mutually_exclusive_group()
    source.add_argument(
        "--text",
        metavar="FILE",
        help="UTF-8 text whose lines the network reads, - for standard input (default: --line)",
    )
    source.add_argument(
        "--line",
        default=LINE,
        metavar="TEXT",
        help="line that the network reads (default: a line of Jane Austen)",
    )
    add_length(parser)
    parser.add_argument(
        "--neuron",
        type=layer_and_index,
        metavar="LAYER:INDEX",
        help="draw only this filter, the layer counted from 1 and the filter from 0, as in 2:17 "
        "(default: the filters that --filters chooses)",
    )
    parser.add_argument(
        "--filters",
        type=whole_number(1),
        default=10,
        metavar="N",
        help="draw the N filters of each layer that vary most; the HTML page shows all "
        "(default: 10)",
    )
    parser.add_argument(
        "--layer",
        type=whole_number(*LAYERS),
        metavar="1|2",
        help="draw only the filters of this layer (default: both)",
    )
    parser.add_argument(
        "--corpus",
        metavar="FILE",
        help="list the n-grams of this UTF-8 text that excite each filter most (default: none)",
    )
    add_file(parser, "--html", "write an HTML page with every filter, which works offline")
    add_file(parser, "--png", "write a PNG picture of the filters")
    add_no_color(parser)


def _show(network: TextAutoencoder, checkpoint: Checkpoint, options: FiltersOptions) -> None:
    """Draw the filters of a text autoencoder, or write the files that the options ask for."""
    check_files(html=options.html, png=options.png)
    sizes = {1: network.filters1, 2: network.filters2}
    layers = [options.layer] if options.layer else list(LAYERS)
    if options.neuron is not None:
        check_neuron(options.neuron, list(sizes.values()))
        layers = [options.neuron[0]]
        if options.layer not in (None, *layers):
            raise UsageError("--neuron and --layer name different layers")
    responses = _read(network, options)
    every = {layer: list(range(sizes[layer])) for layer in layers}
    filters = {layer: responses.most_varying(layer, options.filters) for layer in layers}
    if options.neuron is not None:
        every = filters = {layers[0]: [options.neuron[1]]}
    ngrams = _ngrams(network, options.corpus, every) if options.corpus is not None else {}
    source = "a line" if options.text is None else Path(source_name(options.text)).name
    title = f"{options.checkpoint.name} reading {source}"
    if options.html is not None:
        write(
            options.html,
            lambda path: save_page(path, filters_page(responses, every, ngrams, title)),
        )
    if options.png is not None:
        write(options.png, lambda path: save_filters_picture(path, responses, filters, title))
    if not (options.html or options.png):
        colors, width = terminal(options.no_color)
        for line in draw_filters(responses, filters, colors, width):
            print(line)
        drawn = [(layer, index) for layer in filters for index in filters[layer] if ngrams]
        for line in draw_ngrams({place: ngrams[place] for place in drawn}, width):
            print(line)


def _read(network: TextAutoencoder, options: FiltersOptions) -> Responses:
    """Read the lines that were asked for, and say on stderr what the network can't read."""
    text, source = options.line, "--line"
    if options.text is not None:
        text, source = read_text(options.text), source_name(options.text)
    lines = [line for line in text[: options.length].split("\n") if line.strip()]
    if not lines:
        raise UserError(f"{source}: is empty")
    longer = sum(len(line) > network.length for line in lines)
    if longer:
        complain(
            PROGRAM,
            f"{longer} {'line is' if longer == 1 else 'lines are'} longer than the "
            f"{network.length} characters that the network reads; the rest is left out",
        )
    unknown = unknown_characters(network, "".join(line[: network.length] for line in lines))
    if unknown:
        listed = ", ".join(map(repr, unknown[:10])) + (", ..." if len(unknown) > 10 else "")
        complain(
            PROGRAM,
            f"the network does not know {listed}; it reads spaces there, drawn as {UNKNOWN}",
        )
    try:
        return read_responses(network, lines)
    except TooLongError as error:
        raise UserError(f"{source}: {error}; try a shorter --length") from error


def _ngrams(
    network: TextAutoencoder, corpus: str, filters: dict[int, list[int]]
) -> dict[tuple[int, int], list[NGram]]:
    """Return the strongest n-grams of a corpus for each filter, by (layer, index)."""
    text = read_text(corpus)
    if replace_unknown(network, text).isspace():
        raise UserError(f"{source_name(corpus)}: has no character that the network knows")
    ngrams: dict[tuple[int, int], list[NGram]] = {}
    for layer, indices in filters.items():
        found = strongest_ngrams(network, text, layer, progress=True)
        ngrams |= {(layer, index): found[index] for index in indices}
    return ngrams


FILTERS_VIEW = View(
    family=TextAutoencoder,
    name="text autoencoder",
    description="Show what the filters of a text autoencoder respond to. Each line stands above "
    "one row per filter, where a denser character is a stronger response, and above its "
    "reconstruction.",
    add_options=_add_options,
    options=FiltersOptions,
    show=_show,
)
