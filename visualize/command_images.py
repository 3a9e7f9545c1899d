"""`glassnet-visualize` on an autoencoder of digits."""

from __future__ import annotations

import argparse
from pathlib import Path

from models import ImageAutoencoder, load_checkpoint
from models.digits import DIGITS, load_digits
from visualize.command_common import UserError
from visualize.images import save_pictures
from visualize.neighbours import FEWEST_CODES


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
    try:
        for path in save_pictures(folder, network, checkpoint, images, labels):
            print(f"wrote {path}", flush=True)
    except ImportError as error:
        raise UserError(f'{folder}: needs {error.name}: pip install "glassnet[plots]"') from error
    except OSError as error:
        raise UserError(f"{folder}: can't be written ({error.strerror})") from error
