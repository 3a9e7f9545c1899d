"""Fizz buzz, learned: a network sees the binary digits of a number and names the right word.

Run it with `python examples/fizzbuzz.py`. In a few seconds it learns from the numbers 101 to
1023, then plays with the numbers 1 to 100, which it has never seen, and counts its mistakes.
The problem is Joel Grus's: https://joelgrus.com/2016/05/23/fizz-buzz-in-tensorflow/
"""

import numpy as np

from glassnet.nn import Adam, Dense, ReLU, Sequential, softmax_cross_entropy

WORDS = ["", "fizz", "buzz", "fizzbuzz"]


def word_of(number):
    """Return the index of the right word: 1 for multiples of 3, 2 for those of 5, 3 for both."""
    return (number % 3 == 0) + 2 * (number % 5 == 0)


def binary(numbers):
    """Return the ten lowest binary digits of each number, (N, 10)."""
    return (numbers[:, None] >> np.arange(10) & 1).astype(np.float32)


generator = np.random.default_rng(1)
numbers = np.arange(101, 1024)
x, targets = binary(numbers), word_of(numbers)  # (923, 10), (923,)

network = Sequential(Dense(10, 100), ReLU(), Dense(100, 4)).initialize(generator)
optimizer = Adam(learning_rate=0.01)

for epoch in range(1, 301):
    order = generator.permutation(len(x))
    for batch in np.split(order, range(128, len(x), 128)):
        loss, gradient = softmax_cross_entropy(
            network.forward(x[batch], train=True), targets[batch]
        )
        network.zero_grad()
        network.backward(gradient)
        optimizer.step(network.theta, network.grad)
    if epoch % 50 == 0:
        right = np.mean(network.forward(x).argmax(axis=1) == targets)
        print(f"epoch {epoch:3}: {right:.1%} of the numbers it learns from are right")

numbers = np.arange(1, 101)
said = network.forward(binary(numbers)).argmax(axis=1)
print(" ".join(WORDS[word] or str(number) for number, word in zip(numbers, said, strict=True)))
print(f"{np.sum(said != word_of(numbers))} of 100 are wrong")
