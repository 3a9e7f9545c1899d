"""All pictures of an autoencoder of digits, written to one folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from glassnet.files import whole_file
from glassnet.models import Checkpoint, ImageAutoencoder, StackedAutoencoder
from glassnet.nn import Array, Conv2D, Dense
from glassnet.visualize.digits.figures import (
    bars_figure,
    images_figure,
    losses_figure,
    manifold_figure,
    maps_figure,
    normal_quantiles,
    scatter_figure,
    weights_figure,
)
from glassnet.visualize.digits.tsne import tsne

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_MANIFOLD_SIDE = 15
_DPI = 120  # dots per inch


def save_digits_pictures(
    folder: Path | str,
    network: ImageAutoencoder,
    checkpoint: Checkpoint,
    images: Array,
    labels: Array,
) -> Iterator[Path]:
    """Write every picture that applies to an autoencoder of digits; each step writes one.

    ======================= =======================================================================
    File                    Content
    ======================= =======================================================================
    ``reconstructions.png`` one digit of each class above its reconstruction
    ``weights.png``         the weights of the first layer, one image for each unit
    ``code.png``            the codes of these digits: bars, or feature maps
    ``training.png``        the losses after each epoch, if the checkpoint has them
    ``manifold.png``        images decoded from a grid of codes, of a variational network with two
    ``codes.png``           the codes of all digits on a plane, by t-SNE unless they have two
    ``codes.npz``           codes (N, ...), labels (N,) and coordinates (N, 2) of codes.png
    ======================= =======================================================================

    Parameters
    ----------
    folder : path or str
        Where the files go. It is made if it is missing; files of these names are replaced.
    network : ImageAutoencoder
        An initialized network.
    checkpoint : Checkpoint
        Where the network comes from: its recipe and its losses.
    images : Array
        Digits from 0 to 1.
    labels : Array
        Their classes.

    Yields
    ------
    Path
        Each file once it is written.

    Raises
    ------
    OSError
        If a file can't be written.
    ImportError
        If matplotlib or scikit-learn is not installed.

    Shapes
    ------
    - images: (N, 28, 28)
    - labels: (N,)

    Examples
    --------
    >>> import tempfile
    >>> from glassnet.models import SHIPPED, load_digits, load_network
    >>> from glassnet.visualize import save_digits_pictures
    >>> network, checkpoint = load_network(SHIPPED / "simple-autoencoder.npz")
    >>> images, labels = load_digits()
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     pictures = save_digits_pictures(folder, network, checkpoint, images[:9], labels[:9])
    ...     print([next(pictures).name for _ in range(2)])
    ['reconstructions.png', 'weights.png']
    """
    folder, name = Path(folder), checkpoint.recipe or checkpoint.kind
    examples = np.unique(labels, return_index=True)[1]
    shown, digits = images[examples], labels[examples]

    yield _save_figure(folder / "reconstructions.png", _reconstructions(network, shown, name))
    yield _save_figure(
        folder / "weights.png",
        weights_figure(_first_weights(network), f"{name}: weights of the first layer"),
    )
    codes = network.encode(images)
    title = f"{name}: codes of {len(shown)} digit{'s' if len(shown) > 1 else ''}"
    if codes.ndim == 2:
        code = bars_figure(shown, digits, codes[examples], title)
    else:
        code = maps_figure(shown, codes[examples], f"{title}, by channel")
    yield _save_figure(folder / "code.png", code)
    stages = _stages(network, checkpoint)
    if stages:
        yield _save_figure(folder / "training.png", losses_figure(stages, f"{name}: training"))
    if network.variational and codes.shape[1] == 2:
        yield _save_figure(folder / "manifold.png", _manifold(network, name))

    if codes.shape[1:] == (2,):
        coordinates, title = codes, f"{name}: codes of {len(codes):,} digits"
        axis_names = ("first element of the code", "second element of the code")
    else:
        coordinates = tsne(codes)
        title = f"{name}: codes of {len(codes):,} digits, on a plane by t-SNE"
        axis_names = ("t-SNE 1", "t-SNE 2")
    path = folder / "codes.npz"
    with whole_file(path) as file:
        np.savez_compressed(file, codes=codes, labels=labels, coordinates=coordinates)
    yield path
    yield _save_figure(folder / "codes.png", scatter_figure(coordinates, labels, title, axis_names))


def _save_figure(path: Path, figure: Figure) -> Path:
    with whole_file(path) as file:
        figure.savefig(file, format="png", dpi=_DPI)
    return path


def _reconstructions(network: ImageAutoencoder, images: Array, name: str) -> Figure:
    rows = {"original": images}
    inputs = network.test_inputs(images)
    if inputs is not images:
        rows["input"] = inputs
    rows["reconstruction"] = network.reconstruct(inputs)
    title = f"{name}: originals and reconstructions"
    if isinstance(network, StackedAutoencoder):
        title += "\n(the classifier's code, read by the decoder as it was pre-trained)"
    return images_figure(rows, title)


def _first_weights(network: ImageAutoencoder) -> Array:
    """Return the weights (units, H, W) of the first layer that has more than one unit."""
    layer = next(
        layer
        for layer in network.encoder.layers.values()
        if isinstance(layer, Dense | Conv2D) and layer.b.size > 1
    )
    units = layer.b.size
    side = int(np.sqrt(layer.W.size // units))
    return layer.W.reshape(side, side, units).transpose(2, 0, 1)


def _stages(network: ImageAutoencoder, checkpoint: Checkpoint) -> dict[str, list[dict[str, float]]]:
    """Return the history by the name of the stage of training; a single stage has no name."""
    history = checkpoint.history
    epochs = int(checkpoint.options.get("pretraining", 0))
    if not (epochs and isinstance(network, StackedAutoencoder)):
        return {"": history} if history else {}
    stages = {
        "layer 1 as an autoencoder": history[:epochs],
        "layer 2 as an autoencoder": history[epochs : 2 * epochs],
        "classifier": history[2 * epochs :],
    }
    return {name: entries for name, entries in stages.items() if entries}


def _manifold(network: ImageAutoencoder, name: str) -> Figure:
    values = normal_quantiles(_MANIFOLD_SIDE)
    second, first = np.meshgrid(values[::-1], values, indexing="ij")  # the top row is the highest
    codes = np.stack([first.reshape(-1), second.reshape(-1)], axis=1).astype(np.float32)
    return manifold_figure(
        network.decode(codes),
        values,
        f"{name}: images decoded from codes at normal quantiles 0.05 to 0.95",
    )
