"""`glassnet-visualize` on an autoencoder of digits."""

from __future__ import annotations

import argparse
import contextlib
from collections.abc import Iterator
from pathlib import Path

from glassnet.models import ImageAutoencoder, load_checkpoint
from glassnet.models.digits import DIGITS, load_digits
from glassnet.visualize.command.common import UserError, said_unwritten
from glassnet.visualize.digits.pictures import save_pictures
from glassnet.visualize.digits.tsne import FEWEST_CODES


def show_image_autoencoder(network: ImageAutoencoder, options: argparse.Namespace) -> None:
    """Write the pictures that there are of an autoencoder of digits."""
    checkpoint = load_checkpoint(options.checkpoint)  # its history and recipe
    folder = options.out or Path("figures") / (checkpoint.recipe or checkpoint.kind)
    images, labels = load_digits(options.images or DIGITS)
    if len(images) < FEWEST_CODES:
        raise UserError(
            f"{options.images}: holds {len(images)} digits; the pictures take at least "
            f"{FEWEST_CODES}"
        )
    saved = save_pictures(folder, network, checkpoint, images, labels)
    while (path := _next(saved, folder)) is not None:
        with contextlib.suppress(BrokenPipeError):  # nobody listens: the files are still wanted
            print(f"wrote {path}")


def _next(saved: Iterator[Path], folder: Path) -> Path | None:
    """Have the next picture saved; say of an error that it is the folder's."""
    with said_unwritten(folder):
        return next(saved, None)
