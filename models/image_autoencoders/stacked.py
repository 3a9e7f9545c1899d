"""A classifier whose layers are first trained as autoencoders."""

from __future__ import annotations

from glassnet.models.image_autoencoders.base import CLASSES, PIXELS, SIDE, ImageAutoencoder
from glassnet.nn import Array, Dense, Flatten, Layer, ReLU, Reshape, Sequential


class StackedAutoencoder(ImageAutoencoder):
    """784 -> 128 -> code -> 10 classes: two autoencoders on top of each other, and a classifier.

    `forward` classifies. Training first makes an autoencoder of each layer alone, see
    `pretraining`, and then trains the classifier, without the decoder [1]_.

    Parameters
    ----------
    code : int, default 64
        Units of the second layer.

    Shapes
    ------
    - images: (N, 28, 28)
    - codes: (N, code)
    - logits: (N, 10)

    References
    ----------
    .. [1] Bengio et al. 2007, "Greedy layer-wise training of deep networks", section 3.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.models import StackedAutoencoder
    >>> network = StackedAutoencoder().initialize(np.random.default_rng(1))
    >>> network.forward(np.zeros((2, 28, 28), np.float32)).shape
    (2, 10)
    """

    kind = "stacked-autoencoder"

    def __init__(self, code: int = 64) -> None:
        super().__init__(
            Sequential(Flatten(), Dense(PIXELS, 128), ReLU(), Dense(128, code), ReLU()),
            Sequential(Dense(code, 128), Dense(128, PIXELS), Reshape((SIDE, SIDE))),
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
        """Return, for each layer, the layers below it and an autoencoder of it.

        They share their parameters with this network. The first autoencoder reads pixels (N, 784)
        and returns logits of them; the second one reads and returns outputs of the first layer,
        (N, 128).

        Returns
        -------
        list[tuple[Sequential, Sequential]]
            (layers from images to the autoencoder's input, the autoencoder), from the first layer.
        """
        flatten, first, relu1, second, relu2 = self.encoder.layers.values()
        to_first, to_pixels, _ = self.decoder.layers.values()
        return [
            (Sequential(flatten), Sequential(first, relu1, to_pixels)),
            (Sequential(flatten, first, relu1), Sequential(second, relu2, to_first)),
        ]
