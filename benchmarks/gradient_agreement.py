"""How far the gradients of each layer, loss and network are from derivatives by a complex step.

    python benchmarks/gradient_agreement.py

For each one the largest relative error of all its tensors (input, carried state and parameters),
along random directions and, for small tensors, for every element; see nn/gradcheck. The program
fails if one is above 1e-12 or does not pass complex numbers on.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable

import numpy as np

from glassnet import nn
from glassnet.models import (
    IMAGE_AUTOENCODERS,
    CharacterLSTM,
    CharacterTransformer,
    TextAutoencoder,
    Vocabulary,
)
from glassnet.nn.gradcheck import Report, check_layer, check_loss

LIMIT = 1e-12
Check = Callable[[], Report]
generator = np.random.default_rng(0)


def normal(*shape: int) -> nn.Array:
    """Return normal random numbers."""
    return generator.standard_normal(shape)


def layers() -> dict[str, Check]:
    """Return the check of each layer, in training where this makes a difference."""
    images, sequence, rows = normal(2, 7, 6, 3), normal(2, 9, 3), normal(5, 4)
    ids = generator.integers(0, 5, (6, 2))
    near_kinks = rows * 10.0 ** generator.integers(-12, 1, rows.shape)
    state = {name: normal(3, 64) for name in ("h", "c")}
    cases: dict[str, tuple[nn.Layer, nn.Array]] = {
        "Dense": (nn.Dense(4, 3), rows),
        "Embedding": (nn.Embedding(5, 3), ids),
        "Conv1D": (nn.Conv1D(3, 4, 3), sequence),
        "Conv2D": (nn.Conv2D(3, 4, 3, stride=2), images),
        "Conv2D, dilated": (nn.Conv2D(3, 4, 3, padding="same", dilation=2), images),
        "Conv2D, one channel": (nn.Conv2D(1, 4, 3), images[..., :1]),
        "Conv2D, 48 channels (Winograd)": (nn.Conv2D(48, 48, 3), normal(2, 7, 6, 48)),
        "Conv2DTranspose": (nn.Conv2DTranspose(3, 4, 3, stride=2), images),
        "MaxPool1D": (nn.MaxPool1D(2), sequence),
        "MaxPool2D": (nn.MaxPool2D(3, 2, "same"), images),
        "AveragePool1D": (nn.AveragePool1D(2), sequence),
        "AveragePool2D": (nn.AveragePool2D(3, 2, "same"), images),
        "GlobalAveragePool1D": (nn.GlobalAveragePool1D(), sequence),
        "GlobalMaxPool1D": (nn.GlobalMaxPool1D(), sequence),
        "GlobalAveragePool2D": (nn.GlobalAveragePool2D(), images),
        "GlobalMaxPool2D": (nn.GlobalMaxPool2D(), images),
        "LSTM, ids": (nn.LSTM(5, 4), ids),
        "LSTM, weight_drop": (nn.LSTM(3, 8, weight_drop=0.5), normal(6, 2, 3)),
        "GRU": (nn.GRU(3, 4), sequence),
        "GRU, reset before": (nn.GRU(3, 4, reset_after=False), sequence),
        "SimpleRNN": (nn.SimpleRNN(3, 4), sequence),
        "Bidirectional": (nn.Bidirectional(nn.GRU(3, 4), nn.GRU(3, 4)), sequence),
        "LastStep": (nn.LastStep(), sequence),
        "MultiHeadAttention": (nn.MultiHeadAttention(4, 2, True, dropout=0.5), normal(6, 2, 4)),
        "PositionEmbedding": (nn.PositionEmbedding(6, 4), normal(6, 2, 4)),
        "ReLU, 1e-12 and more from its kink": (nn.ReLU(), near_kinks),
        "LeakyReLU, 1e-12 and more from its kink": (nn.LeakyReLU(0.1), near_kinks),
        "ELU, 1e-12 and more from its kink": (nn.ELU(0.5), near_kinks),
        "GELU": (nn.GELU(), rows),
        "GELU, tanh": (nn.GELU("tanh"), rows),
        "SiLU": (nn.SiLU(), rows),
        "Softplus": (nn.Softplus(2.0), rows),
        "Sigmoid": (nn.Sigmoid(), rows),
        "Tanh": (nn.Tanh(), rows),
        "Softmax": (nn.Softmax(), rows),
        "Add": (nn.Add(nn.Dense(4, 3), nn.Dense(4, 3)), rows),
        "Concatenate": (nn.Concatenate(nn.Dense(4, 3), nn.Tanh()), rows),
        "Residual": (nn.Residual(nn.Dense(4, 4), nn.Tanh()), rows),
        "BatchNorm": (nn.BatchNorm(3), images),
        "LayerNorm": (nn.LayerNorm(4), rows),
        "RMSNorm": (nn.RMSNorm(4), rows),
        "Dropout": (nn.Dropout(0.5), rows),
        "GaussianNoise": (nn.GaussianNoise(0.5), 0.5 + 0.3 * rows),
        "GaussianSampling": (nn.GaussianSampling(2), rows),
        "ActivityRegularization": (nn.ActivityRegularization(0.1), near_kinks),
        "Reshape": (nn.Reshape((2, 2)), rows),
        "Flatten": (nn.Flatten(), images),
        "ZeroPadding2D": (nn.ZeroPadding2D(1), images),
        "Cropping2D": (nn.Cropping2D(1), images),
        "UpSampling1D": (nn.UpSampling1D(2), sequence),
        "UpSampling2D": (nn.UpSampling2D(2), images),
    }
    checks: dict[str, Check] = {
        name: lambda layer=layer, x=x: check_layer(layer, x, train=True)  # type: ignore[misc]
        for name, (layer, x) in cases.items()
    }
    checks["LSTM, state"] = lambda: check_layer(nn.LSTM(3, 64), normal(6, 3, 3), state=state)
    return checks


def losses() -> dict[str, Check]:
    """Return the check of each loss."""
    output = 3 * normal(5, 4)
    between = generator.random((5, 4))
    return {
        "softmax_cross_entropy": lambda: check_loss(
            nn.softmax_cross_entropy, output, generator.integers(0, 4, 5)
        ),
        "sigmoid_binary_cross_entropy": lambda: check_loss(
            nn.sigmoid_binary_cross_entropy, output, between
        ),
        "mean_squared_error": lambda: check_loss(nn.mean_squared_error, output, between),
        "mean_absolute_error": lambda: check_loss(nn.mean_absolute_error, output, between),
        "huber_loss": lambda: check_loss(nn.huber_loss, output, between),
    }


def networks(units: int, large: bool) -> dict[str, Check]:
    """Return the check of each kind of network, in training; `large` ones take half a minute."""
    text = Vocabulary("".join(map(chr, range(32, 97))))
    ids = generator.integers(0, len(text), (20, 2))
    checks: dict[str, Check] = {
        "character-lstm": lambda: check_layer(
            CharacterLSTM(text, 2, units, dropout=0.5, weight_drop=0.5), ids, train=True
        ),
        "character-transformer": lambda: check_layer(
            CharacterTransformer(text, 2, units, context=20, dropout=0.2), ids, train=True
        ),
        "text-autoencoder": lambda: check_layer(TextAutoencoder(text, length=20), ids.T),
    }
    images = generator.random((2, 28, 28))
    for kind in IMAGE_AUTOENCODERS:
        if large or "deconv" not in kind.kind:
            checks[kind.kind] = lambda kind=kind: check_layer(kind(), images, train=True)  # type: ignore[misc]
    return checks


def main() -> None:
    """Print the three tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--units", type=int, default=128, help="units of the character LSTM")
    parser.add_argument("--quick", action="store_true", help="leave out the largest network")
    arguments = parser.parse_args()
    wrong = False
    groups = (layers(), losses(), networks(arguments.units, not arguments.quick))
    for title, checks in zip(("layer", "loss", "network"), groups, strict=True):
        print(f"| {title} | largest relative error |\n| --- | --- |")
        for name, check in checks.items():
            report = check()
            print(f"| {name} | {report.error:.1e} |")
            if not report.exact or not report.error <= LIMIT:
                wrong = True
                print(report, file=sys.stderr)
        print()
    if wrong:
        sys.exit(f"not every gradient agrees with its complex step to {LIMIT}")


if __name__ == "__main__":
    main()
