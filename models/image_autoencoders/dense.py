"""Autoencoders of dense layers."""

from __future__ import annotations

from glassnet.models.image_autoencoders.base import PIXELS, SIDE, ImageAutoencoder
from glassnet.nn import (
    ActivityRegularization,
    Dense,
    Dropout,
    Flatten,
    ReLU,
    Reshape,
    Sequential,
)


class SimpleAutoencoder(ImageAutoencoder):
    """784 -> code -> 784.

    Parameters
    ----------
    code : int, default 32
        Length of the code.
    l1 : float, default 0.0
        Weight of the L1 penalty on the code; above 0 the code becomes sparse.

    Shapes
    ------
    - images: (N, 28, 28)
    - codes: (N, code)
    - logits: (N, 28, 28)

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.models import SimpleAutoencoder
    >>> network = SimpleAutoencoder(code=4, l1=1e-3).initialize(np.random.default_rng(1))
    >>> network.encode(np.zeros((2, 28, 28), np.float32)).shape
    (2, 4)
    """

    kind = "simple-autoencoder"

    def __init__(self, code: int = 32, l1: float = 0.0) -> None:
        super().__init__(
            Sequential(Flatten(), Dense(PIXELS, code), ReLU(), ActivityRegularization(l1)),
            Sequential(Dense(code, PIXELS), Reshape((SIDE, SIDE))),
        )


class DeepAutoencoder(ImageAutoencoder):
    """784 -> 128 -> 64 -> code -> 64 -> 128 -> 784.

    Parameters
    ----------
    code : int, default 32
        Length of the code.

    Shapes
    ------
    - images: (N, 28, 28)
    - codes: (N, code)
    - logits: (N, 28, 28)

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.models import DeepAutoencoder
    >>> network = DeepAutoencoder(code=4).initialize(np.random.default_rng(1))
    >>> network.encode(np.zeros((2, 28, 28), np.float32)).shape
    (2, 4)
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
        )


class ConceptAutoencoder(ImageAutoencoder):
    """784 -> 164, dropout -> code, with an L1 penalty -> 164 -> 784.

    The code is a few sparse numbers, the basic concepts of a digit, which an explainable classifier
    can build on.

    Parameters
    ----------
    code : int, default 10
        Number of concepts.
    l1 : float, default 2.5e-6
        Weight of the L1 penalty on them.
    dropout : float, default 0.3
        Rate of dropout on the first layer.

    Shapes
    ------
    - images: (N, 28, 28)
    - codes: (N, code)
    - logits: (N, 28, 28)

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.models import ConceptAutoencoder
    >>> network = ConceptAutoencoder(code=5).initialize(np.random.default_rng(1))
    >>> network.encode(np.zeros((2, 28, 28), np.float32)).shape
    (2, 5)
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
        )
