"""The view of an autoencoder of digits: pictures in a folder."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from glassnet.errors import UserError
from glassnet.files import write_errors
from glassnet.models import Checkpoint, ImageAutoencoder
from glassnet.models.digits import DIGITS, load_digits
from glassnet.options import Parser
from glassnet.visualize.command.view import View
from glassnet.visualize.digits.pictures import save_digits_pictures
from glassnet.visualize.digits.tsne import FEWEST_CODES


@dataclass(frozen=True)
class DigitsOptions:
    """The options of the view, by name; None where the default depends on the checkpoint."""

    checkpoint: Path
    images: Path
    out: Path | None


def _add_options(parser: Parser, network: ImageAutoencoder | None) -> None:
    parser.add_argument(
        "--images",
        type=Path,
        default=DIGITS,
        metavar="FILE",
        help=".npz file of the digits to read, images (N, 28, 28) uint8 and labels (N,) "
        "(default: 2,000 of MNIST's test set, which come with glassnet)",
    )
    parser.add_argument(
        "--out",
        type=Path,
        metavar="FOLDER",
        help="folder for the pictures (default: figures/RECIPE)",
    )


def _show(network: ImageAutoencoder, checkpoint: Checkpoint, options: DigitsOptions) -> None:
    """Write every picture that applies to an autoencoder of digits."""
    folder = options.out or Path("figures") / (checkpoint.recipe or checkpoint.kind)
    images, labels = load_digits(options.images)
    if len(images) < FEWEST_CODES:
        raise UserError(
            f"{options.images}: has {len(images)} digits, and the pictures need at least "
            f"{FEWEST_CODES}"
        )
    saved = save_digits_pictures(folder, network, checkpoint, images, labels)
    while (path := _next(saved, folder)) is not None:
        with contextlib.suppress(BrokenPipeError):  # nobody listens: the files are still wanted
            print(f"wrote {path}")


def _next(saved: Iterator[Path], folder: Path) -> Path | None:
    """Return the path of the next picture once it is written, None after the last one."""
    with write_errors(folder):
        return next(saved, None)


DIGITS_VIEW = View(
    family=ImageAutoencoder,
    name="autoencoder of digits",
    description="Show what an autoencoder of digits has learned. Pictures of its weights, codes, "
    "reconstructions and training are written to one folder.",
    add_options=_add_options,
    options=DigitsOptions,
    show=_show,
)
