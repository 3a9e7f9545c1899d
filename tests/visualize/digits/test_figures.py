"""Figures of image autoencoders."""

from typing import Any

import numpy as np
import pytest

from glassnet.visualize.digits.figures import DIGIT_COLORS, normal_quantiles


def test_the_quantiles_are_those_of_the_normal_distribution() -> None:
    values = normal_quantiles(15)
    np.testing.assert_allclose(values[[0, 7, 14]], [-1.644854, 0, 1.644854], atol=1e-6)
    np.testing.assert_allclose(values, -values[::-1], atol=1e-12)
    assert (np.diff(values) > 0).all()


def lab(colors: np.ndarray) -> np.ndarray:
    """CIELAB of linear sRGB (N, 3), white D65."""
    to_xyz = np.array(
        [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    )
    xyz = colors @ to_xyz.T / [0.9505, 1, 1.089]
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    x, y, z = f.T
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=1)


@pytest.mark.parametrize(
    "vision",
    [  # Machado et al. 2009, severity 1: linear RGB as people see it
        np.eye(3),
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
         [-0.003882, -0.048116, 1.051998]],
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
         [-0.011820, 0.042940, 0.968881]],
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602],
         [0.004733, 0.691367, 0.303900]],
    ],
    ids=["normal", "protanopia", "deuteranopia", "tritanopia"],
)  # fmt: skip
def test_everybody_can_tell_the_colors_apart(vision: Any) -> None:
    rgb = np.array([[int(c[i : i + 2], 16) for i in (1, 3, 5)] for c in DIGIT_COLORS]) / 255
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    seen = lab(np.clip(linear @ np.transpose(vision), 0, 1))
    distances = np.linalg.norm(seen[:, np.newaxis] - seen, axis=2)
    assert distances[np.triu_indices(10, 1)].min() > 5  # 2.3 is just noticeable
