"""Autoencoders of convolutions."""

from __future__ import annotations

import numpy as np

from glassnet.models.image_autoencoders.base import SIDE, ImageAutoencoder
from glassnet.models.image_autoencoders.blocks import (
    convolution,
    enlarge_from_4,
    pool,
    shrink_to_4,
)
from glassnet.nn import (
    ActivityRegularization,
    Array,
    Conv2D,
    Dense,
    GaussianNoise,
    ReLU,
    Reshape,
    Sequential,
    UpSampling2D,
)


class ConvolutionalAutoencoder(ImageAutoencoder):
    """Convolutions of 16, 8 and 8 filters, each pooled, to a code (4, 4, 8), and back.

    Shapes
    ------
    - images: (N, 28, 28)
    - codes: (N, 4, 4, 8)
    - logits: (N, 28, 28)

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.models import ConvolutionalAutoencoder
    >>> network = ConvolutionalAutoencoder().initialize(np.random.default_rng(1))
    >>> network.encode(np.zeros((2, 28, 28), np.float32)).shape
    (2, 4, 4, 8)
    """

    kind = "convolutional-autoencoder"

    def __init__(self) -> None:
        super().__init__(Sequential(*shrink_to_4()), Sequential(*enlarge_from_4(8)))


class ConvolutionalConceptAutoencoder(ImageAutoencoder):
    """A `ConvolutionalAutoencoder` with a dense layer at each of the 4 x 4 positions.

    Parameters
    ----------
    code : int, default 10
        Concepts at each position.
    l1 : float, default 2.5e-6
        Weight of the L1 penalty on them.

    Shapes
    ------
    - images: (N, 28, 28)
    - codes: (N, 4, 4, code)
    - logits: (N, 28, 28)

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.models import ConvolutionalConceptAutoencoder
    >>> network = ConvolutionalConceptAutoencoder(code=3).initialize(np.random.default_rng(1))
    >>> network.encode(np.zeros((2, 28, 28), np.float32)).shape
    (2, 4, 4, 3)
    """

    kind = "concept-autoencoder-conv"

    def __init__(self, code: int = 10, l1: float = 2.5e-6) -> None:
        super().__init__(
            Sequential(*shrink_to_4(), Dense(8, code), ReLU(), ActivityRegularization(l1)),
            Sequential(*enlarge_from_4(code)),
        )


class DenoisingAutoencoder(ImageAutoencoder):
    """Two convolutions of 32 filters, pooled, to a code (7, 7, 32), and back; noise is removed.

    Parameters
    ----------
    noise : float, default 0.5
        Standard deviation of the noise that training adds to the images, which are then cut to
        [0, 1]. New noise is drawn each time that an image is read.

    Shapes
    ------
    - images: (N, 28, 28)
    - codes: (N, 7, 7, 32)
    - logits: (N, 28, 28)

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.models import DenoisingAutoencoder
    >>> network = DenoisingAutoencoder().initialize(np.random.default_rng(1))
    >>> network.encode(np.zeros((2, 28, 28), np.float32)).shape
    (2, 7, 7, 32)
    """

    kind = "denoising-autoencoder"

    def __init__(self, noise: float = 0.5) -> None:
        super().__init__(
            Sequential(
                GaussianNoise(noise),
                Reshape((SIDE, SIDE, 1)),
                *(*convolution(1, 32), pool()),
                *(*convolution(32, 32), pool()),
            ),
            Sequential(
                *(*convolution(32, 32), UpSampling2D()),
                *(*convolution(32, 32), UpSampling2D()),
                Conv2D(32, 1, 3, padding="same"),
                Reshape((SIDE, SIDE)),
            ),
        )
        self.noise = noise

    def noisy(self, images: Array, seed: int = 0) -> Array:
        """Return images with noise on them as in training.

        Parameters
        ----------
        images : Array
            (N, 28, 28), from 0 to 1.
        seed : int, default 0
            Seed of the noise.

        Returns
        -------
        Array
            (N, 28, 28), from 0 to 1.
        """
        noise = np.random.default_rng(seed).standard_normal(images.shape, dtype=np.float32)
        return np.clip(images + self.noise * noise, 0, 1)

    def test_inputs(self, images: Array) -> Array:
        return self.noisy(images)
