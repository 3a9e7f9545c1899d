"""The recipe `shakespeare` in PyTorch: the same network, data, order and training, for comparison.

    python benchmarks/shakespeare_pytorch.py [--epochs 7]

prints training and validation loss after each epoch and the seconds it took. `torch.nn.LSTM` with
its own first weights, but a forget-gate bias of 1 as in glassnet.
"""

from __future__ import annotations

import argparse
import time

import numpy as np
import torch
from torch.nn.functional import cross_entropy, one_hot

from models import Vocabulary
from train.datasets import load_text
from train.recipes import RECIPES
from train.streams import split

VALIDATION_STEPS = 1000


class Network(torch.nn.Module):
    """Two LSTM layers and a dense layer over one-hot characters (T, N)."""

    def __init__(self, characters: int, layers: int, units: int) -> None:
        super().__init__()
        self.characters = characters
        self.lstm = torch.nn.LSTM(characters, units, layers)
        self.dense = torch.nn.Linear(units, characters)
        with torch.no_grad():
            for layer in range(layers):
                getattr(self.lstm, f"bias_ih_l{layer}")[units : 2 * units] = 1
                getattr(self.lstm, f"bias_hh_l{layer}")[units : 2 * units] = 0

    def forward(self, ids: torch.Tensor, state: object = None) -> tuple[torch.Tensor, object]:
        hidden, state = self.lstm(one_hot(ids, self.characters).float(), state)
        return self.dense(hidden), state


def validate(network: Network, ids: torch.Tensor) -> float:
    """Return nats a character, the whole text read as one stream."""
    loss, state = 0.0, None
    with torch.no_grad():
        for start in range(0, len(ids) - 1, VALIDATION_STEPS):
            window = ids[start : start + VALIDATION_STEPS + 1]
            logits, state = network(window[:-1, None], state)
            loss += cross_entropy(logits[:, 0], window[1:], reduction="sum").item()
    return loss / (len(ids) - 1)


def main() -> None:
    """Train and print."""
    options = RECIPES["shakespeare"].options
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=options["epochs"])
    parser.add_argument("--seed", type=int, default=options["seed"])
    arguments = parser.parse_args()
    torch.manual_seed(arguments.seed)
    text = load_text(options["data"]).text
    vocabulary = Vocabulary.of(text)
    training, validation = split(vocabulary.encode(text), options["validation"])
    chunks, k1 = options["chunks"], options["k1"]
    length = (len(training) - 1) // chunks
    starts = np.arange(chunks) * length
    inputs = torch.tensor(training[starts + np.arange(length)[:, None]])
    targets = torch.tensor(training[starts + np.arange(length)[:, None] + 1])
    network = Network(len(vocabulary), options["layers"], options["units"])
    optimizer = torch.optim.RMSprop(
        network.parameters(), lr=options["learning-rate"], alpha=options["rho"]
    )
    print(f"PyTorch {torch.__version__}, {torch.get_num_threads()} threads", flush=True)
    for epoch in range(1, arguments.epochs + 1):
        began, total, state = time.perf_counter(), 0.0, None
        for step in range(length // k1):
            window = slice(step * k1, (step + 1) * k1)
            logits, state = network(inputs[window], state)
            state = tuple(part.detach() for part in state)
            loss = cross_entropy(logits.reshape(-1, len(vocabulary)), targets[window].reshape(-1))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item()
        seconds = time.perf_counter() - began
        print(
            f"epoch {epoch}  training loss {total / (length // k1):.4f}  "
            f"validation loss {validate(network, torch.tensor(validation)):.4f}  "
            f"{seconds:.0f} s without validation",
            flush=True,
        )


if __name__ == "__main__":
    main()
