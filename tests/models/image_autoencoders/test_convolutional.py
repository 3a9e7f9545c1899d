"""Convolutional autoencoders: noise is for training only."""

import numpy as np
import pytest

from glassnet.models import ConvolutionalAutoencoder, DenoisingAutoencoder
from glassnet.nn import Array


def test_noise_is_only_for_training(images: Array, generator: np.random.Generator) -> None:
    network = DenoisingAutoencoder(noise=0.5).initialize(generator)
    still = network.forward(images).copy()
    np.testing.assert_array_equal(network.forward(images), still)
    assert np.abs(network.forward(images, train=True) - still).max() > 1e-3
    noisy = network.noisy(images)
    np.testing.assert_array_equal(noisy, network.noisy(images))
    assert not np.array_equal(noisy, network.noisy(images, seed=1))
    assert 0 <= noisy.min() < noisy.max() <= 1
    dark = np.full((100, 28, 28), 0.5, np.float32)
    assert DenoisingAutoencoder(noise=0.1).noisy(dark).std() == pytest.approx(0.1, rel=0.02)


def test_what_they_are_tested_on(images: Array) -> None:
    denoising, plain = DenoisingAutoencoder(noise=0.5), ConvolutionalAutoencoder()
    np.testing.assert_array_equal(denoising.test_inputs(images), denoising.noisy(images))
    assert plain.test_inputs(images) is images
