"""Handwritten digits: a classifier in thirty lines, on the digits that ship with glassnet.

Run it with `python examples/digits.py`. It learns from 1,500 of MNIST's digits in a few seconds and
prints, after each pass over them, how many of 500 others it reads right: 95 % in the end.
"""

import numpy as np

from glassnet import nn
from glassnet.models import load_digits

images, labels = load_digits()  # (2000, 28, 28) from 0 to 1, and (2000,) from 0 to 9
x, targets = images[:1500, ..., None], labels[:1500]  # one channel: (1500, 28, 28, 1)
test_x, test_targets = images[1500:, ..., None], labels[1500:]

generator = np.random.default_rng(1)
network = nn.Sequential(
    nn.Conv2D(1, 16, 3), nn.ReLU(), nn.MaxPool2D(2),  # (N, 13, 13, 16)
    nn.Conv2D(16, 32, 3), nn.ReLU(), nn.MaxPool2D(2),  # (N, 5, 5, 32)
    nn.Flatten(), nn.Dropout(0.3), nn.Dense(5 * 5 * 32, 10),
).initialize(generator)  # fmt: skip
optimizer = nn.Adam(learning_rate=2e-3)

for epoch in range(1, 11):
    order = generator.permutation(len(x))
    for batch in np.split(order, range(50, len(x), 50)):
        loss, gradient = nn.softmax_cross_entropy(
            network.forward(x[batch], train=True), targets[batch]
        )
        network.zero_grad()
        network.backward(gradient)
        optimizer.step(network.theta, network.grad)
    accuracy = np.mean(network.forward(test_x).argmax(axis=1) == test_targets)
    print(f"epoch {epoch:2}: loss {loss:.3f}, accuracy {accuracy:.1%}")
