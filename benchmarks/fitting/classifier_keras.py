"""The classifier of docs/own/fit.md with `glassnet.train.fit` and with Keras: accuracy and time.

    python benchmarks/fitting/classifier_keras.py

Needs keras with torch, its backend here. Both train 784-128-10 with dropout 0.2 by Adam on the
4,000 digits of `mnist-5k`, in batches of 32, and are evaluated on its 1,000 test digits; the first
weights are drawn from the same distributions. Both have one thread, and the time is that of the
processor, which programs beside them do not lengthen much. Runs alternate.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

os.environ["KERAS_BACKEND"] = "torch"
import keras
import numpy as np
import torch
from threadpoolctl import threadpool_limits

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from common.machine import describe

from glassnet.nn import Dense, Dropout, Flatten, ReLU, Sequential, softmax_cross_entropy
from glassnet.train import evaluate, fit
from glassnet.train.data import Images, load_images


def with_glassnet(data: Images, seed: int, epochs: int) -> tuple[float, float]:
    """Return the accuracy and the processor's seconds of training."""
    network = Sequential(Flatten(), Dense(784, 128), ReLU(), Dropout(0.2), Dense(128, 10))
    began = time.process_time()
    fit(
        network,
        softmax_cross_entropy,
        (data.train_images, data.train_labels),
        epochs=epochs,
        seed=seed,
        progress=False,
    )
    seconds = time.process_time() - began
    test = (data.test_images, data.test_labels)
    return evaluate(network, softmax_cross_entropy, test, metrics=["accuracy"])["accuracy"], seconds


def with_keras(data: Images, seed: int, epochs: int) -> tuple[float, float]:
    """Return the same of Keras."""
    keras.utils.set_random_seed(seed)
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((28, 28)),
            layers.Flatten(),
            layers.Dense(128, activation="relu"),
            layers.Dropout(0.2),
            layers.Dense(10),
        ]
    )
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer="adam", loss=loss, metrics=["accuracy"])
    began = time.process_time()
    model.fit(data.train_images, data.train_labels, batch_size=32, epochs=epochs, verbose=0)
    seconds = time.process_time() - began
    return float(model.evaluate(data.test_images, data.test_labels, verbose=0)[1]), seconds


def main() -> None:
    """Print a table with a line for each seed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--epochs", type=int, default=5, help="passes over the data (default: 5)")
    parser.add_argument("--seeds", type=int, default=3, help="how many seeds (default: 3)")
    arguments = parser.parse_args()
    print(describe())
    print(f"Keras {keras.__version__}, torch backend; {arguments.epochs} epochs\n")
    data = load_images("mnist-5k")
    torch.set_num_threads(1)
    threadpool_limits(1, user_api="blas")
    with_glassnet(data, 1, 1), with_keras(data, 1, 1)  # the first run of each is slower
    print("| seed | glassnet | Keras | glassnet | Keras |\n| ---: | ---: | ---: | ---: | ---: |")
    rows = []
    for seed in range(1, arguments.seeds + 1):
        ours = with_glassnet(data, seed, arguments.epochs)
        theirs = with_keras(data, seed, arguments.epochs)
        rows.append((ours[0], theirs[0], ours[1], theirs[1]))
        print(f"| {seed} | {_line(rows[-1])} |")
    print(f"| mean | {_line(tuple(np.mean(rows, axis=0)))} |")
    ratio = np.median([theirs / ours for *_, ours, theirs in rows])
    print(f"\ntorch {torch.__version__}: Keras takes {ratio:.1f} times as long (median).")


def _line(row: tuple[float, ...]) -> str:
    ours, theirs, seconds, their_seconds = row
    return f"{ours:.1%} | {theirs:.1%} | {seconds:.2f} s | {their_seconds:.2f} s"


if __name__ == "__main__":
    main()
