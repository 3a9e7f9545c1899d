"""Data sets: texts and images, found, downloaded and checked.

>>> from glassnet.train.data import load_images, load_text  # doctest: +SKIP
>>> load_images("mnist-5k").train_images.shape  # doctest: +SKIP
(4000, 28, 28)
"""

from glassnet.train.data.download import DataError
from glassnet.train.data.images import Images
from glassnet.train.data.registry import (
    load_images,
    load_images_or_fallback,
    load_text,
    load_text_or_fallback,
)
from glassnet.train.data.texts import Text

__all__ = [
    "DataError",
    "Images",
    "Text",
    "load_images",
    "load_images_or_fallback",
    "load_text",
    "load_text_or_fallback",
]
