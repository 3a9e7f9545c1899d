"""Autoencoders of images: squeeze a handwritten digit into a short code, and draw it again.

    images (N, 28, 28) in [0, 1] -> encoder -> code -> decoder -> logits (N, 28, 28)

The sigmoid of a logit is the pixel; it is left to the loss, `sigmoid_binary_cross_entropy`. Each
class below is one network: its lists of layers read like the description of it. Another network
takes such a class, its name in `IMAGE_AUTOENCODERS`, and a recipe (`train/recipes.py`).
"""

from __future__ import annotations

from typing import Any, Self

import numpy as np

from glassnet.nn import (
    ActivityRegularization,
    Array,
    Conv2D,
    Conv2DTranspose,
    Dense,
    Dropout,
    Flatten,
    GaussianNoise,
    GaussianSampling,
    Layer,
    MaxPool2D,
    ReLU,
    Reshape,
    Sequential,
    UpSampling2D,
    sigmoid,
)

SIDE = 28
PIXELS = SIDE * SIDE
CLASSES = 10

_ROWS_AT_ONCE = 250  # convolutions of more images than these take more memory than they save time


class ImageAutoencoder(Sequential):
    """An encoder, whose output is the code, and a decoder.

    Parameters
    ----------
    encoder : images (N, 28, 28) -> codes (N, ...).
    decoder : codes -> logits of pixels (N, 28, 28).
    **configuration : the arguments that build this network again, as JSON values.
    """

    kind: str

    def __init__(self, encoder: Sequential, decoder: Sequential, **configuration: Any) -> None:
        super().__init__(("encoder", encoder), ("decoder", decoder))
        self.encoder, self.decoder = encoder, decoder
        self.configuration = configuration

    @classmethod
    def from_configuration(cls, configuration: dict[str, Any]) -> Self:
        """Build the network that a `configuration` describes, not yet initialized."""
        return cls(**configuration)

    @property
    def path(self) -> list[Layer]:
        """The layers that `forward` passes data through, in that order."""
        return [*self.encoder.layers.values(), *self.decoder.layers.values()]

    @property
    def variational(self) -> bool:
        """Whether codes of images are trained to lie as if drawn from N(0, 1)."""
        return any(isinstance(layer, GaussianSampling) for layer in self.encoder.layers.values())

    def encode(self, images: Array) -> Array:
        """Return the codes (N, ...) of images (N, 28, 28): the means, where they are drawn."""
        return forward_in_parts(self.encoder, images)

    def decode(self, codes: Array) -> Array:
        """Return images (N, 28, 28) of pixels in [0, 1] from codes (N, ...)."""
        return sigmoid(forward_in_parts(self.decoder, codes))

    def reconstruct(self, images: Array) -> Array:
        """Return what the network makes of images (N, 28, 28), of the same shape."""
        return self.decode(self.encode(images))


def forward_in_parts(layer: Layer, x: Array) -> Array:
    """Return what a layer makes of x (N, ...), some rows at a time, as an array of its own."""
    parts = (x[start : start + _ROWS_AT_ONCE] for start in range(0, len(x), _ROWS_AT_ONCE))
    return np.concatenate([layer.forward(part).copy() for part in parts])


# -- dense networks -------------------------------------------------------------------------------


class SimpleAutoencoder(ImageAutoencoder):
    """784 -> code -> 784.

    Parameters
    ----------
    code : length of the code.
    l1 : weight of the L1 penalty on the code; above 0 the code becomes sparse.
    """

    kind = "simple-autoencoder"

    def __init__(self, code: int = 32, l1: float = 0.0) -> None:
        super().__init__(
            Sequential(Flatten(), Dense(PIXELS, code), ReLU(), ActivityRegularization(l1)),
            Sequential(Dense(code, PIXELS), Reshape((SIDE, SIDE))),
            code=code,
            l1=l1,
        )


class DeepAutoencoder(ImageAutoencoder):
    """784 -> 128 -> 64 -> code -> 64 -> 128 -> 784.

    Parameters
    ----------
    code : length of the code.
    """

    kind = "deep-autoencoder"

    def __init__(self, code: int = 32) -> None:
        super().__init__(
            Sequential(
                Flatten(),
                *(Dense(PIXELS, 128), ReLU()),
                *(Dense(128, 64), ReLU()),
                *(Dense(64, code), ReLU()),
            ),
            Sequential(
                *(Dense(code, 64), ReLU()),
                *(Dense(64, 128), ReLU()),
                Dense(128, PIXELS),
                Reshape((SIDE, SIDE)),
            ),
            code=code,
        )


class ConceptAutoencoder(ImageAutoencoder):
    """784 -> 164, dropout -> code, with an L1 penalty -> 164 -> 784.

    Few sparse numbers that an explainable classifier can build on: basic concepts of a digit.

    Parameters
    ----------
    code : number of concepts.
    l1 : weight of the L1 penalty on them.
    dropout : rate of dropout on the first layer.
    """

    kind = "concept-autoencoder"

    def __init__(self, code: int = 10, l1: float = 2.5e-6, dropout: float = 0.3) -> None:
        super().__init__(
            Sequential(
                Flatten(),
                *(Dense(PIXELS, 164), ReLU(), Dropout(dropout)),
                *(Dense(164, code), ReLU(), ActivityRegularization(l1)),
            ),
            Sequential(
                *(Dense(code, 164), ReLU()),
                Dense(164, PIXELS),
                Reshape((SIDE, SIDE)),
            ),
            code=code,
            l1=l1,
            dropout=dropout,
        )


class StackedAutoencoder(ImageAutoencoder):
    """784 -> 128 -> code -> 10 classes: two autoencoders, one upon the other, and a classifier.

    `forward` classifies: images (N, 28, 28) -> logits (N, 10). Training first makes an autoencoder
    of each layer alone: see `pretraining`. What is trained after that, the classifier, no longer
    minds the decoder.

    Parameters
    ----------
    code : units of the second layer.
    """

    kind = "stacked-autoencoder"

    def __init__(self, code: int = 64) -> None:
        super().__init__(
            Sequential(Flatten(), Dense(PIXELS, 128), ReLU(), Dense(128, code), ReLU()),
            Sequential(Dense(code, 128), Dense(128, PIXELS), Reshape((SIDE, SIDE))),
            code=code,
        )
        self.classifier = self.add("classifier", Dense(code, CLASSES))

    @property
    def path(self) -> list[Layer]:
        return [*self.encoder.layers.values(), self.classifier]

    def forward(self, x: Array, train: bool = False) -> Array:
        return self.classifier.forward(self.encoder.forward(x, train), train)

    def backward(self, dy: Array) -> Array:
        return self.encoder.backward(self.classifier.backward(dy))

    def pretraining(self) -> list[tuple[Sequential, Sequential]]:
        """Return, for each layer, what leads from images to its input, and its autoencoder.

        They share their parameters with this network. The first autoencoder is one of pixels
        (N, 784), and gives logits; the second one of what the first layer makes of them, (N, 128).
        """
        flatten, first, relu1, second, relu2 = self.encoder.layers.values()
        to_first, to_pixels, _ = self.decoder.layers.values()
        return [
            (Sequential(flatten), Sequential(first, relu1, to_pixels)),
            (Sequential(flatten, first, relu1), Sequential(second, relu2, to_first)),
        ]


class VariationalAutoencoder(ImageAutoencoder):
    """784 -> 256 -> a normal distribution of codes; code -> 256 -> 784.

    Kingma & Welling 2014 (arXiv:1312.6114). The divergence counts 1/784, as the loss is a mean
    over pixels: 784 times the loss is the bound of the paper.

    Parameters
    ----------
    code : length of the code.
    """

    kind = "variational-autoencoder"

    def __init__(self, code: int = 2) -> None:
        super().__init__(
            Sequential(
                Flatten(),
                *(Dense(PIXELS, 256), ReLU()),
                Dense(256, 2 * code),
                GaussianSampling(code, weight=1 / PIXELS),
            ),
            Sequential(
                *(Dense(code, 256), ReLU()),
                Dense(256, PIXELS),
                Reshape((SIDE, SIDE)),
            ),
            code=code,
        )


# -- convolutional networks -----------------------------------------------------------------------


def _convolution(inputs: int, outputs: int, kernel_size: int = 3, stride: int = 1) -> list[Layer]:
    return [Conv2D(inputs, outputs, kernel_size, stride, padding="same"), ReLU()]


def _transposed(channels: int) -> list[Layer]:
    return [Conv2DTranspose(channels, channels, 3, padding="same"), ReLU()]


def _pool() -> MaxPool2D:
    return MaxPool2D(2, padding="same")


def _shrink_to_4() -> list[Layer]:
    """Return layers from images to (4, 4, 8)."""
    return [
        Reshape((SIDE, SIDE, 1)),
        *(*_convolution(1, 16), _pool()),
        *(*_convolution(16, 8), _pool()),
        *(*_convolution(8, 8), _pool()),
    ]


def _enlarge_from_4(channels: int) -> list[Layer]:
    """Return layers from (4, 4, channels) to logits of images."""
    return [
        *(*_convolution(channels, 8), UpSampling2D()),
        *(*_convolution(8, 8), UpSampling2D()),
        *(Conv2D(8, 16, 3), ReLU(), UpSampling2D()),  # valid: 16 becomes 14, and then 28
        Conv2D(16, 1, 3, padding="same"),
        Reshape((SIDE, SIDE)),
    ]


class ConvolutionalAutoencoder(ImageAutoencoder):
    """Convolutions of 16, 8 and 8 filters, each pooled, to a code (4, 4, 8), and back."""

    kind = "convolutional-autoencoder"

    def __init__(self) -> None:
        super().__init__(Sequential(*_shrink_to_4()), Sequential(*_enlarge_from_4(8)))


class ConvolutionalConceptAutoencoder(ImageAutoencoder):
    """As `ConvolutionalAutoencoder`, with a dense layer at each of the 4 x 4 positions.

    Parameters
    ----------
    code : concepts at each position; the code is (4, 4, code).
    l1 : weight of the L1 penalty on them.
    """

    kind = "concept-autoencoder-conv"

    def __init__(self, code: int = 10, l1: float = 2.5e-6) -> None:
        super().__init__(
            Sequential(*_shrink_to_4(), Dense(8, code), ReLU(), ActivityRegularization(l1)),
            Sequential(*_enlarge_from_4(code)),
            code=code,
            l1=l1,
        )


class DenoisingAutoencoder(ImageAutoencoder):
    """Two convolutions of 32 filters, pooled, to a code (7, 7, 32), and back, without the noise.

    Parameters
    ----------
    noise : standard deviation of the noise that training adds to the images, which are then cut
        to [0, 1]. New noise is drawn each time that an image is read.
    """

    kind = "denoising-autoencoder"

    def __init__(self, noise: float = 0.5) -> None:
        super().__init__(
            Sequential(
                GaussianNoise(noise),
                Reshape((SIDE, SIDE, 1)),
                *(*_convolution(1, 32), _pool()),
                *(*_convolution(32, 32), _pool()),
            ),
            Sequential(
                *(*_convolution(32, 32), UpSampling2D()),
                *(*_convolution(32, 32), UpSampling2D()),
                Conv2D(32, 1, 3, padding="same"),
                Reshape((SIDE, SIDE)),
            ),
            noise=noise,
        )

    def noisy(self, images: Array, seed: int = 0) -> Array:
        """Return images with noise on them as in training, always the same for the same seed."""
        noise = np.random.default_rng(seed).standard_normal(images.shape, dtype=np.float32)
        return np.clip(images + self.configuration["noise"] * noise, 0, 1)


class DeconvolutionalVariationalAutoencoder(ImageAutoencoder):
    """A variational autoencoder of convolutions, and of transposed convolutions back.

    Parameters
    ----------
    code : length of the code.
    """

    kind = "variational-autoencoder-deconv"

    def __init__(self, code: int = 2) -> None:
        super().__init__(
            Sequential(
                Reshape((SIDE, SIDE, 1)),
                *_convolution(1, 1, kernel_size=2),
                *_convolution(1, 64, kernel_size=2, stride=2),
                *_convolution(64, 64),
                *_convolution(64, 64),
                Flatten(),
                *(Dense(64 * 14 * 14, 128), ReLU()),
                Dense(128, 2 * code),
                GaussianSampling(code, weight=1 / PIXELS),
            ),
            Sequential(
                *(Dense(code, 128), ReLU()),
                *(Dense(128, 64 * 14 * 14), ReLU()),
                Reshape((14, 14, 64)),
                *_transposed(64),
                *_transposed(64),
                *(Conv2DTranspose(64, 64, 3, stride=2), ReLU()),  # 14 becomes 29
                Conv2D(64, 1, 2),  # valid: and then 28
                Reshape((SIDE, SIDE)),
            ),
            code=code,
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
