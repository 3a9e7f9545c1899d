"""Activations of recurrent units at every character of a text, and the file they are saved in.

The activation at a character is the one *after* the network has read it. `reading.py` computes
activations; the modules in `views/` draw them.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from glassnet.files import whole_file
from glassnet.nn import Array
from glassnet.visualize.neurons.states import state_name
from glassnet.visualize.neurons.views.notebook import activations_html, neuron_html


@dataclass
class Neuron:
    """One neuron on one text; in a notebook it shows the text colored by its activation.

    Parameters
    ----------
    text : str
        The text that was read.
    layer : int
        The LSTM layer, counted from 1.
    index : int
        The unit of the layer, counted from 0.
    state : str
        One of `STATES`.
    values : array (characters,) float32
        The activation after each character.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.visualize import Neuron, draw_neuron
    >>> values = np.array([-1, 1, -1, 0], np.float32)
    >>> neuron = Neuron("a(b)", layer=1, index=3, state="hidden", values=values)
    >>> neuron.title
    'layer 1, neuron 3, hidden state'
    >>> print("\\n".join(draw_neuron(neuron, colors="none")))
    a(b)
     # =
    <BLANKLINE>
    layer 1, neuron 3, hidden state
    -1 " .-=*#" 1   min -1.00  mean -0.25  max 1.00
    """

    text: str
    layer: int
    index: int
    state: str
    values: Array

    @property
    def title(self) -> str:
        """The neuron in words: layer, index and state."""
        return f"layer {self.layer}, neuron {self.index}, {state_name(self.state)}"

    def _repr_html_(self) -> str:
        """Return the text colored by the neuron's activation, for a notebook."""
        return neuron_html(self.title, self.text, self.values, self.state)


@dataclass
class Activations:
    """All neurons on one text; in a notebook it shows a table of the neurons that vary most.

    Parameters
    ----------
    text : str
        The text that was read.
    arrays : dict of (int, str) to array (characters, units) float32
        The activations by layer (from 1) and state (one of `STATES`).

    Attributes
    ----------
    layers : list of int
        The numbers of the layers in `arrays`, in order.
    states : list of str
        The states in `arrays`, in the order in which they were asked for.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.visualize import Activations
    >>> values = np.array([[0.1, -0.9], [0.1, 0.9], [0.2, -0.8]], np.float32)
    >>> activations = Activations("a b", {(1, "hidden"): values})
    >>> activations.most_varying(1, "hidden")
    1
    >>> activations.neuron(1, 1).values
    array([-0.9,  0.9, -0.8], dtype=float32)
    """

    text: str
    arrays: dict[tuple[int, str], Array]

    @property
    def layers(self) -> list[int]:
        """The numbers of the layers in `arrays`, in order."""
        return sorted({layer for layer, _ in self.arrays})

    @property
    def states(self) -> list[str]:
        """The states in `arrays`, in the order in which they were asked for."""
        return list(dict.fromkeys(state for _, state in self.arrays))

    def neuron(self, layer: int, index: int, state: str = "hidden") -> Neuron:
        """Return one neuron.

        Parameters
        ----------
        layer : int
            The layer, counted from 1.
        index : int
            The unit of the layer, counted from 0.
        state : str, default "hidden"
            One of `states`.

        Returns
        -------
        Neuron
            The neuron with its activation on the text.

        Raises
        ------
        KeyError
            If `arrays` lacks the layer or the state.
        IndexError
            If the layer has fewer units.
        """
        return Neuron(self.text, layer, index, state, self.arrays[layer, state][:, index])

    def most_varying(self, layer: int, state: str) -> int:
        """Return the index of the neuron whose activation varies most over the text.

        Cell states have no bounds, so a single unit with a huge cell state would always win. They
        are compared by their hyperbolic tangent, as they are drawn.

        Parameters
        ----------
        layer : int
            The layer, counted from 1.
        state : str
            One of `states`.

        Returns
        -------
        int
            The unit of the layer, counted from 0.
        """
        values = self.arrays[layer, state]
        return int(np.argmax((np.tanh(values) if state == "cell" else values).var(axis=0)))

    def _repr_html_(self) -> str:
        """Return a table of the neurons that vary most, for a notebook."""
        return activations_html(len(self.text), self.arrays)


def save_activations(path: Path | str, activations: Activations) -> None:
    """Write activations to an `.npz` file, which `numpy.load(path)` reads without pickle.

    The file holds `text`, the text as UTF-8 bytes (uint8), and an array (characters, units)
    float32 for each layer and state, named `layer1/hidden`, `layer2/forget-gate` and so on.

    Parameters
    ----------
    path : path or str
        The file to write, whole or not at all.
    activations : Activations
        What to write.

    Raises
    ------
    OSError
        If the file can't be written.

    Examples
    --------
    >>> import tempfile
    >>> import numpy as np
    >>> from glassnet.visualize import Activations, save_activations
    >>> activations = Activations("abc", {(1, "hidden"): np.zeros((3, 2), np.float32)})
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save_activations(f"{folder}/activations.npz", activations)
    ...     with np.load(f"{folder}/activations.npz") as file:
    ...         print({name: file[name].shape for name in file.files})
    {'layer1/hidden': (3, 2), 'text': (3,)}
    """
    arrays = {f"layer{layer}/{state}": a for (layer, state), a in activations.arrays.items()}
    arrays["text"] = np.frombuffer(activations.text.encode(), np.uint8)
    with whole_file(path) as file:
        np.savez(file, allow_pickle=False, **arrays)


def load_activations(path: Path | str) -> Activations:
    """Read the activations that `save_activations` wrote.

    Parameters
    ----------
    path : path or str
        The `.npz` file.

    Returns
    -------
    Activations
        The text with its activations.

    Raises
    ------
    OSError
        If the file can't be read.

    Examples
    --------
    >>> import tempfile
    >>> import numpy as np
    >>> from glassnet.visualize import Activations, load_activations, save_activations
    >>> activations = Activations("abc", {(1, "hidden"): np.zeros((3, 2), np.float32)})
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save_activations(f"{folder}/activations.npz", activations)
    ...     load_activations(f"{folder}/activations.npz").text
    'abc'
    """
    arrays = {}
    with np.load(path, allow_pickle=False) as file:
        text = file["text"].tobytes().decode()
        for name in file.files:
            if name != "text":
                layer, state = name.removeprefix("layer").split("/")
                arrays[int(layer), state] = file[name]
    return Activations(text, arrays)
