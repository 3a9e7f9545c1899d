"""Checkpoints: one network in one `.npz` file, with everything that is known about it.

The file holds a JSON header and arrays, and is read without pickle:

    header               UTF-8 bytes of {"format": 1, "kind": "character-lstm", "recipe": ...,
                         "configuration": {...}, "options": {...}, "history": [...], ...}
    weights/lstm1.Wx ..  parameters and statistics, by their dotted names
    training/...         in a checkpoint to resume from: optimizer, carried state

It is written to a temporary file in the same folder, synced and then renamed, so that whatever
happens there is a whole file under that name: the old one or the new one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import numpy as np

from glassnet.errors import UserError
from glassnet.files import whole_file
from glassnet.models.kinds import NETWORKS as NETWORKS  # registers them
from glassnet.models.network import Network
from glassnet.models.structure.layers import build, describe
from glassnet.models.structure.registry import StructureError, layer_class
from glassnet.nn import Array, Layer

FORMAT = 1
RENAMED_OPTIONS = {"averaging": "ema"}
"""Options of the command line that had another name in earlier versions."""
SHIPPED = Path(__file__).resolve().parent.parent / "saves"
"""The folder of the trained networks that come with glassnet."""


class CheckpointError(UserError):
    """A checkpoint can't be read or written; the message names the file and says why.

    Examples
    --------
    >>> from glassnet.models import CheckpointError, load_checkpoint
    >>> try:
    ...     load_checkpoint("missing.npz")
    ... except CheckpointError as error:
    ...     print(error)
    missing.npz: there is no such file
    """


@dataclass
class Checkpoint:
    """What a checkpoint file holds.

    Parameters
    ----------
    kind : str
        The class of the network: one that comes with glassnet or was registered.
    configuration : Mapping[str, object]
        The arguments that build the network, as values that JSON can hold.
    weights : dict[str, Array]
        Its parameters and statistics by dotted name: `network.arrays`.
    recipe : str, default ""
        Name of the recipe it was trained with.
    options : dict[str, str | float], optional
        Every hyper-parameter of the run, by the name of its command-line option.
    history : list[dict[str, float]], optional
        One entry for each epoch, such as {"epoch": 1, "training_loss": ..., ...}.
    progress : dict[str, object], optional
        Where training stands, as JSON values: updates done, state of the randomness, ...
    training : dict[str, Array], optional
        The arrays that resuming needs, by name; empty in a file that is only used.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.models import CharacterLSTM, Checkpoint, Vocabulary
    >>> network = CharacterLSTM(Vocabulary("ab"), units=4).initialize(np.random.default_rng(1))
    >>> checkpoint = Checkpoint.of(network)
    >>> checkpoint.kind, checkpoint.configuration["units"]
    ('character-lstm', 4)
    >>> np.array_equal(checkpoint.build().theta, network.theta)
    True
    """

    kind: str
    configuration: Mapping[str, object]
    weights: dict[str, Array]
    recipe: str = ""
    options: dict[str, str | float] = field(default_factory=dict)
    history: list[dict[str, float]] = field(default_factory=list)
    progress: dict[str, object] = field(default_factory=dict)
    training: dict[str, Array] = field(default_factory=dict)

    @classmethod
    def of(cls, network: Layer | Network) -> Self:
        """Return a checkpoint of a network and its weights.

        Parameters
        ----------
        network : Layer or Network
            An initialized network.

        Returns
        -------
        Checkpoint
            Its weights are views of the network's.

        Raises
        ------
        StructureError
            If the network can't be described; see `register`.
        """
        assert isinstance(network, Layer)
        structure = describe(network)
        configuration = structure["configuration"]
        assert isinstance(configuration, dict)
        return cls(network.kind, configuration, network.arrays)

    def build(self, dtype: np.typing.DTypeLike | None = None) -> Network:
        """Return the network with its weights.

        Parameters
        ----------
        dtype : DTypeLike, optional
            Type of the weights; without it, the one that they were saved in.

        Returns
        -------
        Network
            The network.

        Raises
        ------
        CheckpointError
            If configuration and weights do not make a network, or the type is not one of floats.
        """
        try:
            network = build({"layer": self.kind, "configuration": self.configuration})
            # Before any memory is taken: sizes in the description are as large as anybody wrote.
            self._require_fit(network)
            first = next(iter(self.weights.values()), np.empty(0, np.float32))
            dtype = first.dtype if dtype is None else dtype
            if not np.issubdtype(dtype, np.floating):
                raise CheckpointError(f"weights must be floats, not {np.dtype(dtype)}")
            size = network.parameter_count
            network.bind(np.zeros(size, dtype), np.zeros(size, dtype))
        except CheckpointError:
            raise
        except StructureError as error:
            raise CheckpointError(str(error)) from error
        except Exception as error:  # whatever a wrong value leads to in a network's constructor
            raise CheckpointError(f"the description of the {self.kind} is damaged") from error
        self.copy_weights(network)
        return network

    def _require_fit(self, network: Layer | Network) -> None:
        """Raise an error if a network has other parameters than were saved."""
        shapes = network.array_shapes
        found = {name: value.shape for name, value in self.weights.items()}
        if shapes != found:
            wrong = sorted(set(shapes.items()) ^ set(found.items()))
            raise CheckpointError(
                f"the saved weights do not fit the network, such as {wrong[0][0]}"
            )

    def copy_weights(self, network: Network) -> None:
        """Copy the weights into an initialized network.

        Parameters
        ----------
        network : Network
            It must have parameters of the same names and shapes.

        Raises
        ------
        CheckpointError
            If the network has other parameters than were saved.
        """
        self._require_fit(network)
        arrays = network.arrays
        for name, value in self.weights.items():
            arrays[name][...] = value


def save_checkpoint(path: Path | str, checkpoint: Checkpoint) -> None:
    """Write a checkpoint; a file of that name is replaced only by a whole new one.

    Parameters
    ----------
    path : Path or str
        The file; its folder is made if it is missing.
    checkpoint : Checkpoint
        What to write.

    Raises
    ------
    CheckpointError
        If the folder can't be written to, or the disk is full.

    Examples
    --------
    >>> import tempfile
    >>> import numpy as np
    >>> from glassnet.models import Checkpoint, Vocabulary, CharacterLSTM
    >>> from glassnet.models import load_checkpoint, save_checkpoint
    >>> network = CharacterLSTM(Vocabulary("ab"), units=4).initialize(np.random.default_rng(1))
    >>> checkpoint = Checkpoint.of(network)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save_checkpoint(f"{folder}/network.npz", checkpoint)
    ...     load_checkpoint(f"{folder}/network.npz").kind
    'character-lstm'
    """
    path = Path(path)
    header = {
        "format": FORMAT,
        "kind": checkpoint.kind,
        "recipe": checkpoint.recipe,
        "configuration": checkpoint.configuration,
        "options": checkpoint.options,
        "history": checkpoint.history,
        "progress": checkpoint.progress,
    }
    arrays = {"header": np.frombuffer(json.dumps(header).encode(), np.uint8)}
    arrays |= {f"weights/{name}": value for name, value in checkpoint.weights.items()}
    arrays |= {f"training/{name}": value for name, value in checkpoint.training.items()}
    try:
        with whole_file(path) as file:
            np.savez(file, allow_pickle=False, **arrays)
    except OSError as error:
        raise CheckpointError(f"{path}: can't be written ({error.strerror})") from error


def load_checkpoint(path: Path | str) -> Checkpoint:
    """Read a checkpoint.

    Parameters
    ----------
    path : Path or str
        The file.

    Returns
    -------
    Checkpoint
        All that the file holds.

    Raises
    ------
    CheckpointError
        If there is no such file, or it is damaged or not one of glassnet's.

    Examples
    --------
    >>> from glassnet.models import SHIPPED, load_checkpoint
    >>> checkpoint = load_checkpoint(SHIPPED / "simple-autoencoder.npz")
    >>> checkpoint.kind, checkpoint.options["optimizer"], len(checkpoint.history)
    ('simple-autoencoder', 'adadelta', 50)
    """
    path = Path(path)
    if path.is_dir():
        there = [path / name for name in ("best.npz", "last.npz") if (path / name).is_file()]
        advice = f"did you mean {there[0]}?" if there else "name a checkpoint in it"
        raise CheckpointError(f"{path}: is a folder; {advice}")
    try:
        with path.open("rb") as handle, np.load(handle, allow_pickle=False) as file:
            if "header" not in file.files:
                raise CheckpointError(f"{path}: is not a glassnet checkpoint")
            arrays = {name: file[name] for name in file.files}
        header = json.loads(arrays.pop("header").tobytes())
        if header["format"] != FORMAT:
            raise CheckpointError(
                f"{path}: format {header['format']} is not the format {FORMAT} that this version "
                "of glassnet reads"
            )
        layer_class(header["kind"])
        header["options"] = {
            RENAMED_OPTIONS.get(name, name): value for name, value in header["options"].items()
        }
        return Checkpoint(
            **{name: value for name, value in header.items() if name != "format"},
            weights=_under("weights/", arrays),
            training=_under("training/", arrays),
        )
    except FileNotFoundError:
        raise CheckpointError(f"{path}: there is no such file") from None
    except CheckpointError:
        raise
    except StructureError as error:
        raise CheckpointError(f"{path}: {error}") from error
    except Exception as error:  # NumPy, zipfile, zlib and json raise a dozen kinds for damage
        if isinstance(error, OSError) and error.strerror:
            raise CheckpointError(f"{path}: can't be read ({error.strerror})") from error
        damaged = "damaged, or " if _is_zip(path) else ""
        raise CheckpointError(f"{path}: is {damaged}not a glassnet checkpoint") from error


def load_network(path: Path | str) -> tuple[Network, Checkpoint]:
    """Read a checkpoint and build its network.

    Parameters
    ----------
    path : Path or str
        The file.

    Returns
    -------
    network : Network
        The trained network.
    checkpoint : Checkpoint
        All else that the file holds.

    Raises
    ------
    CheckpointError
        If that can't be done; the message names the file.

    Examples
    --------
    >>> from glassnet.models import SHIPPED, load_network
    >>> network, checkpoint = load_network(SHIPPED / "simple-autoencoder.npz")
    >>> network.parameter_count
    50992
    """
    checkpoint = load_checkpoint(path)
    try:
        network = checkpoint.build()
    except CheckpointError as error:
        raise CheckpointError(f"{path}: {error}") from error
    if not np.isfinite(network.theta).all():
        raise CheckpointError(f"{path}: some weights are not numbers (NaN or infinite)")
    return network, checkpoint


def _is_zip(path: Path) -> bool:
    """Return whether a file begins as an `.npz` file does."""
    with path.open("rb") as file:
        return file.read(2) == b"PK"


def _under(prefix: str, arrays: dict[str, Array]) -> dict[str, Array]:
    """Return the arrays whose names begin with a prefix, by the rest of their names."""
    return {
        name.removeprefix(prefix): value
        for name, value in arrays.items()
        if name.startswith(prefix)
    }
