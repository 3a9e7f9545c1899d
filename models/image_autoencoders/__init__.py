"""Autoencoders of images: squeeze a handwritten digit into a short code, and draw it again.

    images (N, 28, 28) in [0, 1] -> encoder -> code -> decoder -> logits (N, 28, 28)

The sigmoid of a logit is the pixel; it is left to the loss, `sigmoid_binary_cross_entropy`. Each
class is one network: its lists of layers read like the description of it. To add another network,
write such a class, list it in `IMAGE_AUTOENCODERS` below, and give it a recipe in
`train/experiments/images.py`.
"""

from glassnet.models.image_autoencoders.base import ImageAutoencoder, forward_in_parts
from glassnet.models.image_autoencoders.convolutional import (
    ConvolutionalAutoencoder,
    ConvolutionalConceptAutoencoder,
    DenoisingAutoencoder,
)
from glassnet.models.image_autoencoders.dense import (
    ConceptAutoencoder,
    DeepAutoencoder,
    SimpleAutoencoder,
)
from glassnet.models.image_autoencoders.stacked import StackedAutoencoder
from glassnet.models.image_autoencoders.variational import (
    DeconvolutionalVariationalAutoencoder,
    VariationalAutoencoder,
)

IMAGE_AUTOENCODERS: tuple[type[ImageAutoencoder], ...] = (
    SimpleAutoencoder,
    DeepAutoencoder,
    ConceptAutoencoder,
    StackedAutoencoder,
    VariationalAutoencoder,
    ConvolutionalAutoencoder,
    ConvolutionalConceptAutoencoder,
    DenoisingAutoencoder,
    DeconvolutionalVariationalAutoencoder,
)
"""All classes of image autoencoders."""

__all__ = [
    "IMAGE_AUTOENCODERS",
    "ConceptAutoencoder",
    "ConvolutionalAutoencoder",
    "ConvolutionalConceptAutoencoder",
    "DeconvolutionalVariationalAutoencoder",
    "DeepAutoencoder",
    "DenoisingAutoencoder",
    "ImageAutoencoder",
    "SimpleAutoencoder",
    "StackedAutoencoder",
    "VariationalAutoencoder",
    "forward_in_parts",
]
