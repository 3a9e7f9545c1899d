"""`glassnet-visualize` on a text autoencoder."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from glassnet.models import TextAutoencoder
from glassnet.visualize.command.common import (
    PROGRAM,
    UserError,
    check_neuron,
    read_text,
    source_name,
    terminal,
    write,
)
from glassnet.visualize.drawing.drawing import TooLongError
from glassnet.visualize.filters.ngrams import NGram, strongest_ngrams
from glassnet.visualize.filters.page import filters_page
from glassnet.visualize.filters.picture import save_filters_picture
from glassnet.visualize.filters.responses import (
    LAYERS,
    UNKNOWN,
    Reading,
    read_lines,
    readable,
    unknown_characters,
)
from glassnet.visualize.filters.terminal import draw_lines, draw_ngrams
from glassnet.visualize.neurons.views.page import save_page

LINE = "very fine letter of ample explanation, regret, and entreaty, to his"
"""What is read if nothing is asked for: a line of Jane Austen's Persuasion."""


def show_text_autoencoder(network: TextAutoencoder, options: argparse.Namespace) -> None:
    """Draw the filters of a text autoencoder on some lines, or write what the options ask for."""
    sizes = {1: network.filters1, 2: network.filters2}
    layers = [options.layer] if options.layer else list(LAYERS)
    if options.neuron is not None:
        check_neuron(options.neuron, list(sizes.values()))
        layers = [options.neuron[0]]
        if options.layer not in (None, *layers):
            raise UserError("--neuron and --layer name different layers")
    if not set(layers) <= set(LAYERS):
        raise UserError(f"--layer {layers[0]}: there is no such layer; layers are 1 and 2")
    reading = _read_lines(network, options)
    every = {layer: list(range(sizes[layer])) for layer in layers}
    filters = {
        layer: reading.most_varying(layer, 10 if options.filters is None else options.filters)
        for layer in layers
    }
    if options.neuron is not None:
        every = filters = {layers[0]: [options.neuron[1]]}
    ngrams: dict[tuple[int, int], list[NGram]] = {}
    if options.corpus is not None:
        corpus = read_text(options.corpus)
        if readable(network, corpus).isspace():
            raise UserError(
                f"{source_name(options.corpus)}: holds no character that the network knows"
            )
        for layer in layers:
            found = strongest_ngrams(network, corpus, layer, progress=True)
            ngrams |= {(layer, index): found[index] for index in every[layer]}
    if options.html is not None:
        what = "a line" if options.text is None else Path(source_name(options.text)).name
        title = f"{options.checkpoint.name} reading {what}"
        write(
            options.html, lambda path: save_page(path, filters_page(reading, every, ngrams, title))
        )
    if options.png is not None:
        write(options.png, lambda path: save_filters_picture(path, reading, filters))
    if not (options.html or options.png):
        colors, width = terminal(options)
        for line in draw_lines(reading, filters, colors, width):
            print(line)
        drawn = {
            (layer, index): ngrams[layer, index]
            for layer in filters
            for index in filters[layer]
            if ngrams
        }
        for line in draw_ngrams(drawn, width):
            print(line)


def _read_lines(network: TextAutoencoder, options: argparse.Namespace) -> Reading:
    """Read the lines that were asked for; say on the standard error what is not read as it is."""
    text = LINE if options.line is None else options.line
    if options.text is not None:
        text = read_text(options.text)
    lines = [line for line in text[: options.length].split("\n") if line.strip()]
    if not lines:
        raise UserError(
            f"{'--line' if options.text is None else source_name(options.text)}: is empty"
        )
    longer = sum(len(line) > network.length for line in lines)
    if longer:
        print(
            f"{PROGRAM}: {_lines(longer)} longer than the {network.length} characters that the "
            "network reads; what follows them is left out",
            file=sys.stderr,
        )
    unknown = unknown_characters(network, "".join(line[: network.length] for line in lines))
    if unknown:
        listed = ", ".join(f"{character!r}" for character in unknown[:10])
        print(
            f"{PROGRAM}: read as spaces and drawn as {UNKNOWN}, for the network does not know "
            f"them: {listed}{', ...' if len(unknown) > 10 else ''}",
            file=sys.stderr,
        )
    try:
        return read_lines(network, lines)
    except TooLongError as error:
        raise UserError(f"{source_name(options.text)}: {error}; try a shorter --length") from error


def _lines(count: int) -> str:
    return "1 line is" if count == 1 else f"{count} lines are"
