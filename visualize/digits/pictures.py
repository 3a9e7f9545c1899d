"""Everything there is to see of an image autoencoder, written into one folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from glassnet.files import whole_file
from glassnet.models import Checkpoint, ImageAutoencoder
from glassnet.models.image_autoencoders import DenoisingAutoencoder, StackedAutoencoder
from glassnet.nn import Array, Conv2D, Dense
from glassnet.visualize.digits.figures import (
    bars_figure,
    curve_figure,
    manifold_figure,
    maps_figure,
    normal_quantiles,
    rows_of_images,
    scatter_figure,
    weights_figure,
)
from glassnet.visualize.digits.tsne import plane_coordinates

_MANIFOLD_SIDE = 15
_DPI = 120


def save_pictures(
    folder: Path | str,
    network: ImageAutoencoder,
    checkpoint: Checkpoint,
    images: Array,
    labels: Array,
) -> Iterator[Path]:
    """Write every picture that applies to a network, and yield the path of each one when it is.

        reconstructions.png   images above what the network makes of them
        weights.png           the weights of the first layer, an image for each unit
        code.png              the codes of some images: bars, or images for convolutional codes
        training.png          the losses after each epoch
        manifold.png          what a variational network makes of codes on a grid, if they have two
        codes.png             the codes of all images on a plane, coloured by digit
        codes.npz             codes (N, ...), labels (N,) and the coordinates (N, 2) in codes.png

    Parameters
    ----------
    folder : where to; made if it is missing. Files of these names are replaced.
    network, checkpoint : what `load_network` returns.
    images, labels : digits (N, 28, 28) from 0 to 1, and which they are (N,).

    Raises
    ------
    OSError : if a file can't be written.
    ImportError : if matplotlib or scikit-learn is not installed.
    """
    folder, name = Path(folder), checkpoint.recipe or checkpoint.kind
    # One of each digit.
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
        yield _save_figure(folder / "training.png", curve_figure(stages, f"{name}: training"))
    if network.variational and codes.shape[1] == 2:
        yield _save_figure(folder / "manifold.png", _manifold(network, name))

    if codes.shape[1:] == (2,):
        coordinates, title = codes, f"{name}: codes of {len(codes):,} digits"
        axis_names = ("first element of the code", "second element of the code")
    else:
        coordinates = plane_coordinates(codes)
        title = f"{name}: codes of {len(codes):,} digits, brought to a plane by t-SNE"
        axis_names = ("t-SNE 1", "t-SNE 2")
    path = folder / "codes.npz"
    with whole_file(path) as file:
        np.savez_compressed(file, codes=codes, labels=labels, coordinates=coordinates)
    yield path
    yield _save_figure(folder / "codes.png", scatter_figure(coordinates, labels, title, axis_names))


def _save_figure(path: Path, figure: Any) -> Path:
    with whole_file(path) as file:
        figure.savefig(file, format="png", dpi=_DPI)
    return path


def _reconstructions(network: ImageAutoencoder, images: Array, name: str) -> Any:
    rows = {"original": images}
    read = images
    if isinstance(network, DenoisingAutoencoder):
        rows["with noise"] = read = network.noisy(images)
    rows["reconstruction"] = network.reconstruct(read)
    title = f"{name}: originals and reconstructions"
    if isinstance(network, StackedAutoencoder):
        title += "\n(the classifier's code, read by the decoder as it was pre-trained)"
    return rows_of_images(rows, title)


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


def _stages(network: ImageAutoencoder, checkpoint: Checkpoint) -> dict[str, list[dict[str, Any]]]:
    """Return the history in the stages that training had, by name; an only one has none."""
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


def _manifold(network: ImageAutoencoder, name: str) -> Any:
    values = normal_quantiles(_MANIFOLD_SIDE)
    second, first = np.meshgrid(values[::-1], values, indexing="ij")  # the top row is the highest
    codes = np.stack([first.reshape(-1), second.reshape(-1)], axis=1).astype(np.float32)
    return manifold_figure(
        network.decode(codes), values, f"{name}: what codes at normal quantiles 0.05 to 0.95 become"
    )
