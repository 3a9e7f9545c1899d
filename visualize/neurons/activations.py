"""Activations: what every unit of a character LSTM does at every character of a text.

The activation of a character is the one *after* the network has read it. Nothing is drawn here;
`terminal.py`, `page.py` and `picture.py` draw what this module returns.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tqdm import tqdm

from glassnet.files import whole_file
from glassnet.models import CharacterLSTM
from glassnet.nn import Array
from glassnet.visualize.drawing.drawing import state_name
from glassnet.visualize.neurons.views.notebook import activations_html, neuron_html

STATES = ("hidden", "cell", "input-gate", "forget-gate", "output-gate", "candidate")
"""What can be looked at in each unit: h, c, i, f, o and g of `nn/recurrent/lstm.py`."""


@dataclass
class Neuron:
    """One neuron on one text.

    Attributes
    ----------
    text : what was read.
    layer : number of the LSTM layer, from 1.
    index : which unit of the layer, from 0.
    state : one of `STATES`.
    values : its activation after each character, (characters,) float32.
    """

    text: str
    layer: int
    index: int
    state: str
    values: Array

    @property
    def title(self) -> str:
        return f"layer {self.layer}, neuron {self.index}, {state_name(self.state)}"

    def _repr_html_(self) -> str:
        """Return the text painted with the neuron, for a notebook."""
        return neuron_html(self.title, self.text, self.values, self.state)


@dataclass
class Activations:
    """All neurons on one text.

    Attributes
    ----------
    text : what was read.
    arrays : by layer (from 1) and state (of `STATES`), each (characters, units) float32.
    """

    text: str
    arrays: dict[tuple[int, str], Array]

    @property
    def layers(self) -> list[int]:
        """The numbers of the layers that are held, in order."""
        return sorted({layer for layer, _ in self.arrays})

    @property
    def states(self) -> list[str]:
        """The states that are held for every layer, in the order in which they were asked for."""
        return list(dict.fromkeys(state for _, state in self.arrays))

    def neuron(self, layer: int, index: int, state: str = "hidden") -> Neuron:
        """Return one neuron; raise KeyError or IndexError if it is not held."""
        return Neuron(self.text, layer, index, state, self.arrays[layer, state][:, index])

    def most_varying(self, layer: int, state: str) -> int:
        """Return the index of the neuron whose activation varies most over the text.

        Cell states have no bounds, so that one runaway unit would win; they are compared as they
        are drawn, by their hyperbolic tangent.
        """
        values = self.arrays[layer, state]
        return int(np.argmax((np.tanh(values) if state == "cell" else values).var(axis=0)))

    def _repr_html_(self) -> str:
        """Return a table of the neurons that vary most, for a notebook."""
        return activations_html(len(self.text), self.arrays)


def reading_bar(total: int, unit: str, progress: bool) -> tqdm:
    """Return a bar for what is read, on the standard error if that is a terminal, after 1 s."""
    hidden = None if progress else True  # None: where there is no terminal
    return tqdm(total=total, unit=f" {unit}", delay=1, leave=False, disable=hidden)


def read_activations(
    network: CharacterLSTM,
    text: str,
    states: Sequence[str] = ("hidden",),
    chunk: int = 1000,
    progress: bool = False,
) -> Activations:
    """Run a text through a network, from a zero state to its end, and return the activations.

    It is read in chunks, the state carried from one to the next, so that the layers' own buffers
    stay small. What is returned takes 4 bytes for each character, unit, layer and state: 41 MB
    for one state of 10,000 characters in two layers of 512 units.

    Parameters
    ----------
    network : an initialized network; its carried state is zero afterwards.
    text : at least one character.
    states : which of `STATES` to keep.
    chunk : characters read at once; it does not change the result beyond rounding.
    progress : show a progress bar on the standard error if that is a terminal and it takes long.

    Raises
    ------
    VocabularyError : if the text holds a character that the network does not know.
    """
    ids = network.vocabulary.encode(text)[:, None]  # (characters, 1): a single stream
    arrays = {
        (number, state): np.empty((len(ids), lstm.units), np.float32)
        for number, lstm in enumerate(network.lstms, 1)
        for state in states
    }
    network.reset_state()
    with reading_bar(len(ids), "characters", progress) as bar:
        for start in range(0, len(ids), chunk):
            part = ids[start : start + chunk]
            network.forward(part)
            network.carry()
            for number, lstm in enumerate(network.lstms, 1):
                found = lstm.activations()
                for state in states:
                    values = found[state.replace("-", " ")]
                    arrays[number, state][start : start + len(part)] = values[:, 0]
            bar.update(len(part))
    network.reset_state()
    return Activations(text, arrays)


def read_in_streams(
    network: CharacterLSTM,
    text: str,
    states: Sequence[str] = ("hidden",),
    streams: int = 32,
    steps: int = 100,
    warm_up: int = 300,
    progress: bool = False,
) -> Iterator[tuple[Array, dict[tuple[int, str], Array]]]:
    """Read a long text as stretches side by side, as training does; yield activations in blocks.

    Each stretch but the first is read from `warm_up` characters before it on, from a zero state;
    the first as `read_activations` does. So the result is that of one reading up to what a state
    still owes to characters further back: with 300 characters the hidden states of the Shakespeare
    LSTM differ by 0.00001 on average, and by up to 0.4 in a few neurons where a stretch begins.

    Parameters
    ----------
    network : an initialized network; its carried state is zero afterwards.
    text : at least one character.
    states : which of `STATES` to yield.
    streams : N, the number of stretches; fewer where they would be shorter than `warm_up`.
    steps : T, characters of each stretch that are read at once; only memory depends on it.
    warm_up : characters read before a stretch begins, from 0 up.
    progress : show a progress bar on the standard error if that is a terminal and it takes long.

    Yields
    ------
    The positions in the text (n,) int64 of up to T·N characters, and by layer (from 1) and state
    their activations, (n, units) float32. Every position comes exactly once, in no order.

    Raises
    ------
    VocabularyError : if the text holds a character that the network does not know (at once).
    """
    ids = network.vocabulary.encode(text)
    return _blocks(network, ids, states, streams, steps, warm_up, progress)


def _blocks(
    network: CharacterLSTM,
    ids: Array,
    states: Sequence[str],
    streams: int,
    steps: int,
    warm_up: int,
    progress: bool,
) -> Iterator[tuple[Array, dict[tuple[int, str], Array]]]:
    rows = min(streams, max(1, len(ids) // max(1, warm_up)))
    bounds = np.arange(rows + 1) * len(ids) // rows
    first, ends = bounds[:-1], bounds[1:]  # of each stretch, (N,) each
    network.reset_state()
    if rows > 1:
        # The first stretch has nothing before it; what is read in its place is forgotten again.
        before = np.maximum(np.arange(-warm_up, 0)[:, None] + first, 0)  # (warm_up, N)
        for start in range(0, warm_up, steps):
            network.forward(ids[before[start : start + steps]])
            network.carry()
        for values in network.state.values():
            values[0] = 0
    with reading_bar(len(ids), "characters", progress) as bar:
        longest = int((ends - first).max())
        for start in range(0, longest, steps):
            positions = np.arange(start, min(start + steps, longest))[:, None] + first  # (T, N)
            inside = positions < ends
            network.forward(ids[np.minimum(positions, len(ids) - 1)])
            network.carry()
            found = {}
            for number, lstm in enumerate(network.lstms, 1):
                activations = lstm.activations()
                for state in states:
                    block = activations[state.replace("-", " ")][inside]  # (n, units)
                    found[number, state] = block.astype(np.float32, copy=False)
            yield positions[inside], found
            bar.update(int(inside.sum()))
    network.reset_state()


def save_activations(path: Path | str, activations: Activations) -> None:
    """Write activations to an `.npz` file, which `numpy.load(path)` reads without pickle.

    It holds `text`, the text as UTF-8 bytes (uint8), and an array (characters, units) float32 for
    each layer and state, named `layer1/hidden`, `layer2/forget-gate` and so on.

    Raises
    ------
    OSError : if the file can't be written.
    """
    arrays = {f"layer{layer}/{state}": a for (layer, state), a in activations.arrays.items()}
    arrays["text"] = np.frombuffer(activations.text.encode(), np.uint8)
    with whole_file(path) as file:
        np.savez(file, allow_pickle=False, **arrays)


def load_activations(path: Path | str) -> Activations:
    """Read what `save_activations` wrote."""
    arrays = {}
    with np.load(path, allow_pickle=False) as file:
        text = file["text"].tobytes().decode()
        for name in file.files:
            if name != "text":
                layer, state = name.removeprefix("layer").split("/")
                arrays[int(layer), state] = file[name]
    return Activations(text, arrays)
