"""What all autoencoders of images share: an encoder, a code, a decoder."""

from __future__ import annotations

import numpy as np

from glassnet.nn import Array, GaussianSampling, Layer, Sequential, sigmoid

SIDE = 28
PIXELS = SIDE * SIDE
CLASSES = 10

_ROWS_AT_ONCE = 250  # with more, convolutions take more memory and hardly less time


class ImageAutoencoder(Sequential):
    """An encoder, whose output is the code, and a decoder.

    A subclass builds both from its own arguments.

    Parameters
    ----------
    encoder : Sequential
        Makes codes (N, ...) of images (N, 28, 28).
    decoder : Sequential
        Makes logits of pixels (N, 28, 28) of codes.

    Shapes
    ------
    - images: (N, 28, 28), from 0 to 1
    - codes: (N, ...)
    - logits: (N, 28, 28)

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.models.image_autoencoders import ImageAutoencoder, SimpleAutoencoder
    >>> network = SimpleAutoencoder(code=4).initialize(np.random.default_rng(1))
    >>> isinstance(network, ImageAutoencoder)
    True
    >>> images = np.random.default_rng(2).random((3, 28, 28), np.float32)
    >>> network.encode(images).shape, network.reconstruct(images).shape
    ((3, 4), (3, 28, 28))
    """

    kind: str

    def __init__(self, encoder: Sequential, decoder: Sequential) -> None:
        super().__init__(("encoder", encoder), ("decoder", decoder))
        self.encoder, self.decoder = encoder, decoder

    @property
    def path(self) -> list[Layer]:
        """Return the layers that `forward` passes data through, in that order."""
        return [*self.encoder.layers.values(), *self.decoder.layers.values()]

    @property
    def variational(self) -> bool:
        """Return whether training shapes codes of images into a standard normal distribution."""
        return any(isinstance(layer, GaussianSampling) for layer in self.encoder.layers.values())

    def encode(self, images: Array) -> Array:
        """Return the codes of images; a variational network returns their means.

        Parameters
        ----------
        images : Array
            (N, 28, 28), from 0 to 1.

        Returns
        -------
        Array
            (N, ...).
        """
        return forward_in_parts(self.encoder, images)

    def decode(self, codes: Array) -> Array:
        """Return the images that codes stand for.

        Parameters
        ----------
        codes : Array
            (N, ...), as `encode` returns them.

        Returns
        -------
        Array
            (N, 28, 28), pixels from 0 to 1.
        """
        return sigmoid(forward_in_parts(self.decoder, codes))

    def test_inputs(self, images: Array) -> Array:
        """Return what the network reads when it is tested on images: the images themselves.

        Parameters
        ----------
        images : Array
            (N, 28, 28), from 0 to 1.

        Returns
        -------
        Array
            (N, 28, 28).
        """
        return images

    def reconstruct(self, images: Array) -> Array:
        """Encode images and decode their codes.

        Parameters
        ----------
        images : Array
            (N, 28, 28), from 0 to 1.

        Returns
        -------
        Array
            (N, 28, 28), pixels from 0 to 1.
        """
        return self.decode(self.encode(images))


def forward_in_parts(layer: Layer, x: Array) -> Array:
    """Return a layer's output, computed for some rows at a time, as a new array.

    Parameters
    ----------
    layer : Layer
        An initialized layer.
    x : Array
        (N, ...).

    Returns
    -------
    Array
        (N, ...).

    Shapes
    ------
    - x: (N, ...)
    - y: (N, ...)

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.models.image_autoencoders import forward_in_parts
    >>> from glassnet.nn import Dense
    >>> layer = Dense(2, 3).initialize(np.random.default_rng(1))
    >>> forward_in_parts(layer, np.ones((1000, 2), np.float32)).shape
    (1000, 3)
    """
    parts = (x[start : start + _ROWS_AT_ONCE] for start in range(0, len(x), _ROWS_AT_ONCE))
    return np.concatenate([layer.forward(part).copy() for part in parts])
