"""Variational autoencoders, from whose codes new images can be drawn."""

from __future__ import annotations

from glassnet.models.image_autoencoders.base import PIXELS, SIDE, ImageAutoencoder
from glassnet.models.image_autoencoders.blocks import convolution, transposed
from glassnet.nn import (
    Conv2D,
    Conv2DTranspose,
    Dense,
    Flatten,
    GaussianSampling,
    ReLU,
    Reshape,
    Sequential,
)


class VariationalAutoencoder(ImageAutoencoder):
    """784 -> 256 -> a normal distribution of codes; code -> 256 -> 784 [1]_.

    The loss is a mean over pixels, and the divergence counts 1/784 of itself: 784 times the loss is
    the bound of the paper.

    Parameters
    ----------
    code : int, default 2
        Length of the code.

    Shapes
    ------
    - images: (N, 28, 28)
    - codes: (N, code)
    - logits: (N, 28, 28)

    References
    ----------
    .. [1] Kingma & Welling 2014, "Auto-encoding variational Bayes", arXiv:1312.6114.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.models import VariationalAutoencoder
    >>> network = VariationalAutoencoder().initialize(np.random.default_rng(1))
    >>> network.encode(np.zeros((2, 28, 28), np.float32)).shape
    (2, 2)
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
        )


class DeconvolutionalVariationalAutoencoder(ImageAutoencoder):
    """A variational autoencoder of convolutions, and of transposed convolutions back.

    Parameters
    ----------
    code : int, default 2
        Length of the code.

    Shapes
    ------
    - images: (N, 28, 28)
    - codes: (N, code)
    - logits: (N, 28, 28)

    Examples
    --------
    >>> from glassnet.models import DeconvolutionalVariationalAutoencoder
    >>> network = DeconvolutionalVariationalAutoencoder()
    >>> network.variational, f"{network.parameter_count:,}"
    (True, '3,410,058')
    """

    kind = "variational-autoencoder-deconv"

    def __init__(self, code: int = 2) -> None:
        super().__init__(
            Sequential(
                Reshape((SIDE, SIDE, 1)),
                *convolution(1, 1, kernel_size=2),
                *convolution(1, 64, kernel_size=2, stride=2),
                *convolution(64, 64),
                *convolution(64, 64),
                Flatten(),
                *(Dense(64 * 14 * 14, 128), ReLU()),
                Dense(128, 2 * code),
                GaussianSampling(code, weight=1 / PIXELS),
            ),
            Sequential(
                *(Dense(code, 128), ReLU()),
                *(Dense(128, 64 * 14 * 14), ReLU()),
                Reshape((14, 14, 64)),
                *transposed(64),
                *transposed(64),
                *(Conv2DTranspose(64, 64, 3, stride=2), ReLU()),  # 14 becomes 29
                Conv2D(64, 1, 2),  # valid: and then 28
                Reshape((SIDE, SIDE)),
            ),
        )
