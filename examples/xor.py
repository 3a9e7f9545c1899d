"""Exclusive or: the smallest problem that a single layer cannot solve.

Run it with `python examples/xor.py`. It trains for half a second, prints the loss as it falls,
and then what the network says to each of the four questions.
"""

import numpy as np

from glassnet.nn import Adam, Dense, Sequential, Tanh, sigmoid, sigmoid_binary_cross_entropy

x = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], np.float32)  # (4, 2): the questions
targets = np.array([[0], [1], [1], [0]], np.float32)  # (4, 1): the answers

network = Sequential(Dense(2, 4), Tanh(), Dense(4, 1)).initialize(np.random.default_rng(1))
optimizer = Adam(learning_rate=0.05)

for step in range(501):
    loss, gradient = sigmoid_binary_cross_entropy(network.forward(x, train=True), targets)
    network.zero_grad()  # backward adds to the gradients
    network.backward(gradient)
    optimizer.step(network.theta, network.grad)
    if step % 100 == 0:
        print(f"step {step:3}: loss {loss:.4f}")

for (a, b), probability in zip(x, sigmoid(network.forward(x))[:, 0], strict=True):
    print(f"{a:.0f} xor {b:.0f} is {probability:.0f} ({probability:.3f})")
