"""The lines of layers without recurrence, and of layers one after the other."""

from glassnet.nn import (
    ActivityRegularization,
    Conv1D,
    Conv2D,
    Conv2DTranspose,
    Cropping2D,
    Dense,
    Dropout,
    Embedding,
    Flatten,
    GaussianNoise,
    GaussianSampling,
    Reshape,
    Sequential,
    Tanh,
    UpSampling1D,
    UpSampling2D,
    ZeroPadding2D,
)
from tests.nn.contract_suite.tables import layer_oracles as oracles
from tests.nn.contract_suite.tables import layer_twins as twins
from tests.nn.contract_suite.tables.lines.line import LayerLine

IMAGES, SEQUENCES = (3, 6, 5, 2), (3, 7, 2)
NO_IMAGES = ((6, 5, 2), (2, 3, 6, 5, 2))
NO_SEQUENCES = ((7, 2), (3, 7, 5, 2))

FEEDFORWARD: dict[str, LayerLine] = {
    "Dense": LayerLine(
        lambda: Dense(3, 4), (5, 3), oracles.dense, twins.dense, ((5, 4), (3, 5), (3, 1), ())
    ),
    "Dense of sequences": LayerLine(
        lambda: Dense(3, 4), (4, 5, 3), oracles.dense, twins.dense, ((4, 5, 4),), batch_axis=1
    ),
    "Embedding": LayerLine(
        lambda: Embedding(6, 3), (4, 5), oracles.embedding, twins.embedding, ids=6
    ),
    "Conv1D": LayerLine(
        lambda: Conv1D(2, 3, 3, stride=2),
        SEQUENCES,
        oracles.convolution(2),
        twins.convolution(stride=2),
        (*NO_SEQUENCES, (3, 7, 1), (3, 7, 3)),
    ),
    "Conv1D with dilation": LayerLine(
        lambda: Conv1D(2, 3, 3, padding="same", dilation=2),
        SEQUENCES,
        oracles.convolution(1, "same", 2),
        twins.convolution(padding="same", dilation=2),
        (*NO_SEQUENCES, (3, 7, 1)),
    ),
    "Conv2D": LayerLine(
        lambda: Conv2D(2, 3, 3, stride=2),
        IMAGES,
        oracles.convolution(2),
        twins.convolution(stride=2),
        (*NO_IMAGES, (3, 6, 5, 1), (3, 6, 5, 3)),
    ),
    "Conv2D, same": LayerLine(
        lambda: Conv2D(2, 3, 3, padding="same"),
        IMAGES,
        oracles.convolution(1, "same"),
        twins.convolution(padding="same"),
        (*NO_IMAGES, (3, 6, 5, 1)),
    ),
    "Conv2D of one channel": LayerLine(
        lambda: Conv2D(1, 3, 2),
        (3, 6, 5, 1),
        oracles.convolution(),
        twins.convolution(),
        (*NO_IMAGES, (3, 6, 5, 2)),
    ),
    "Conv2D by Winograd": LayerLine(
        lambda: Conv2D(48, 48, 3, padding="same"),
        (2, 3, 2, 48),
        oracles.convolution(1, "same"),
        twins.convolution(padding="same"),
        (*NO_IMAGES, (2, 3, 2, 1)),
    ),
    "Conv2DTranspose": LayerLine(
        lambda: Conv2DTranspose(2, 3, 3, stride=2),
        (3, 4, 2, 2),
        oracles.transposed(2),
        twins.transposed(2),
        (*NO_IMAGES, (3, 4, 2, 1), (3, 4, 2, 3)),
    ),
    "Conv2DTranspose, same": LayerLine(
        lambda: Conv2DTranspose(2, 3, 3, padding="same"),
        (3, 4, 2, 2),
        oracles.transposed(1, "same"),
        twins.transposed(1, 1),
        (*NO_IMAGES, (3, 4, 2, 1)),
    ),
    "Dropout": LayerLine(
        lambda: Dropout(0.4), (6, 4), oracles.dropout(0.4), twins.dropout(0.4), random=True
    ),
    "Dropout of sequences": LayerLine(
        lambda: Dropout(0.4, batch_axis=1, shared_axes=(0,)),
        (3, 6, 4),
        None,
        None,
        batch_axis=1,
        random=True,
    ),
    "GaussianNoise": LayerLine(
        lambda: GaussianNoise(0.5, -1, 1),
        (6, 2, 2),
        oracles.noise(0.5, -1, 1),
        twins.noise(0.5, -1, 1),
        random=True,
    ),
    "GaussianSampling": LayerLine(
        lambda: GaussianSampling(3, weight=0.7),
        (5, 6),
        oracles.sampling(0.7),
        twins.sampling(0.7),
        ((5, 3), (5, 7), (6,), (5, 6, 6)),
        random=True,
    ),
    "ActivityRegularization": LayerLine(
        lambda: ActivityRegularization(0.3), (4, 3), oracles.penalty(0.3), twins.penalty(0.3)
    ),
    "Flatten": LayerLine(
        Flatten, (4, 3, 2), oracles.reshaped, twins.function("flatten", start_dim=1)
    ),
    "Reshape": LayerLine(
        lambda: Reshape((3, 2)),
        (4, 6),
        oracles.reshaped,
        lambda layer, p, x, draw: x.reshape(len(x), 3, 2),
        ((4, 5), (6,), (6, 4)),
    ),
    "ZeroPadding2D": LayerLine(
        lambda: ZeroPadding2D(((1, 0), (2, 3))),
        IMAGES,
        oracles.gathered(lambda i, j: (i - 1, j - 2)),
        twins.padding(1, 0, 2, 3),
        NO_IMAGES,
    ),
    "Cropping2D": LayerLine(
        lambda: Cropping2D(((1, 0), (2, 1))),
        IMAGES,
        oracles.gathered(lambda i, j: (i + 1, j + 2)),
        twins.padding(-1, 0, -2, -1),
        (*NO_IMAGES, (3, 1, 5, 2), (3, 6, 3, 2)),
    ),
    "UpSampling1D": LayerLine(
        lambda: UpSampling1D(3),
        SEQUENCES,
        oracles.gathered(lambda i, j: (i // 3, j)),
        twins.upsampling(3),
        NO_SEQUENCES,
    ),
    "UpSampling2D": LayerLine(
        lambda: UpSampling2D((2, 3)),
        IMAGES,
        oracles.gathered(lambda i, j: (i // 2, j // 3)),
        twins.upsampling(2, 3),
        NO_IMAGES,
    ),
    "Sequential": LayerLine(
        lambda: Sequential(Dense(3, 4), Tanh(), Dense(4, 2)),
        (5, 3),
        None,
        lambda layer, p, x, draw: (
            (x @ p["dense1.W"] + p["dense1.b"]).tanh() @ p["dense2.W"] + p["dense2.b"]
        ),
    ),
}
