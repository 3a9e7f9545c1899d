"""The arithmetic of convolution layers: a kernel slides over images, and its two gradients.

Deep learning calls convolution what signal processing calls correlation:

    y[n, h, w, f]  = Σ_ijc x[n, s h + d i - p, s w + d j - q, c] K[i, j, c, f]       correlate
    dK[i, j, c, f] = Σ_nhw x[n, s h + d i - p, s w + d j - q, c] dy[n, h, w, f]      kernel_gradient
    dx[n, s h + d i - p, s w + d j - q, c] += Σ_f dy[n, h, w, f] K[i, j, c, f]       input_gradient

with stride s, dilation d, and p, q rows and columns of padding (see nn/arithmetic/sliding.py).

There are three ways to compute this, each a class that satisfies the protocol `Correlation`:

    general.py          any kernel: one matrix product for each row of the kernel
    single_channel.py   a single channel before or after: one matrix product in all
    winograd.py         kernels of 3 × 3 between many channels: fewer multiplications
"""

from __future__ import annotations

from typing import Protocol

from numpy.typing import DTypeLike

from glassnet.nn.types import Array


class Correlation(Protocol):
    """The correlation of images with a kernel, and its gradients.

    What a method returns may stand in a buffer, which its next call writes anew.
    """

    def gather(self, x: Array, dtype: DTypeLike) -> None:
        """Arrange images x (N, H, W, C) for `correlate` and `kernel_gradient`."""

    def correlate(self, kernel: Array) -> Array:
        """Return y (N, H', W', F) for the x gathered last and a kernel (kh, kw, C, F)."""

    def kernel_gradient(self, dy: Array) -> Array:
        """Return dK (kh, kw, C, F) for the x gathered last and dy (N, H', W', F)."""

    def input_gradient(self, dy: Array, kernel: Array, height: int, width: int) -> Array:
        """Return dx (N, height, width, C) for dy (N, H', W', F) and a kernel (kh, kw, C, F)."""


def flipped_kernel(kernel: Array) -> Array:
    """Return a kernel turned by 180°, its channels swapped: (kh, kw, C, F) as (kh, kw, F, C)."""
    return kernel[::-1, ::-1].swapaxes(2, 3)
