"""The recipes of Shakespeare in PyTorch: the same network, data, order and training, to compare.

    python benchmarks/shakespeare_pytorch.py [shakespeare|shakespeare-regularized] [--epochs 7]

prints training and validation loss after each epoch and the seconds it took. `torch.nn.LSTM` with
its own first weights, but a forget-gate bias of 1 as in glassnet. All else comes from the recipe:
dropout, dropped recurrent weights, decay, clipping, the schedule, and the averaged weights, which
are then what is validated.

Two differences remain. Validation reads the held-out text as one stream; glassnet, while training,
in eight. And PyTorch's LSTM has two bias vectors that add up where glassnet has one: recipe
`shakespeare` trains both, as PyTorch does by itself, `shakespeare-regularized` only the first.
"""

from __future__ import annotations

import argparse
import math
import time
from typing import Any

import numpy as np
import torch
from common.pytorch_twin import make_update, optimizer_like
from torch.func import functional_call
from torch.nn.functional import cross_entropy, dropout, one_hot
from torch.optim.lr_scheduler import LambdaLR
from torch.optim.swa_utils import AveragedModel

from glassnet.models import Vocabulary
from glassnet.nn import Array, parse_schedule
from glassnet.train.data import load_text
from glassnet.train.objectives import split
from glassnet.train.recipes import RECIPES

SHAKESPEARE = ["shakespeare", "shakespeare-regularized"]
VALIDATION_STEPS = 1000


class Network(torch.nn.Module):
    """LSTM layers and a dense layer over one-hot characters (T, N).

    Parameters
    ----------
    characters : int
        Number of different characters.
    layers, units : int
        Number of LSTM layers, and of units in each.
    dropout : float, default 0.0
        Rate of dropout on the output of each LSTM layer, with a mask for each step.
    weight_drop : float, default 0.0
        Rate of dropout on the recurrent weights, with one mask for a whole sequence.
    """

    def __init__(
        self,
        characters: int,
        layers: int,
        units: int,
        dropout: float = 0.0,
        weight_drop: float = 0.0,
    ) -> None:
        super().__init__()
        self.characters, self.dropout, self.weight_drop = characters, dropout, weight_drop
        self.lstm = torch.nn.LSTM(characters, units, layers, dropout=dropout)
        self.dense = torch.nn.Linear(units, characters)
        with torch.no_grad():
            for layer in range(layers):
                getattr(self.lstm, f"bias_ih_l{layer}")[units : 2 * units] = 1
                getattr(self.lstm, f"bias_hh_l{layer}")[units : 2 * units] = 0

    def forward(self, ids: torch.Tensor, state: object = None) -> tuple[torch.Tensor, object]:
        x = one_hot(ids, self.characters).to(self.dense.weight.dtype)
        recurrent = {
            name: dropout(weight, self.weight_drop, self.training)
            for name, weight in self.lstm.named_parameters()
            if name.startswith("weight_hh")
        }
        hidden, state = functional_call(self.lstm, recurrent, (x, state))
        # nn.LSTM drops from the output of each layer but the last.
        return self.dense(dropout(hidden, self.dropout, self.training)), state

    def train_one_bias(self) -> None:
        """Leave the second bias vector of each LSTM layer at zero from now on.

        Its gradient is that of the first. It would count twice in the norm of all gradients, and
        the sum of the two take steps twice as long.
        """
        for name, bias in self.lstm.named_parameters():
            if name.startswith("bias_hh"):
                bias.requires_grad_(False).zero_()


class Training:
    """Training a network on parallel streams of a text, update by update.

    Parameters
    ----------
    network : Network
        The network to train.
    options : dict
        The options of a recipe, by name.
    ids : array of int
        The text to train on.

    Shapes
    ------
    - ids: (characters,)

    Attributes
    ----------
    steps_per_epoch : int
        Number of updates in an epoch.
    validated : torch.nn.Module
        The network with averaged weights if the recipe averages them, else the network.
    """

    def __init__(self, network: Network, options: dict[str, Any], ids: Array) -> None:
        self.network, self._k1, self._clip = network, options["k1"], options["clip"]
        length = (len(ids) - 1) // options["chunks"]
        starts = np.arange(options["chunks"]) * length
        self._inputs = torch.tensor(ids[starts + np.arange(length)[:, None]])
        self._targets = torch.tensor(ids[starts + np.arange(length)[:, None] + 1])
        per_epoch = self.steps_per_epoch = length // self._k1

        self._optimizer = optimizer_like(options, network)
        schedule, total = parse_schedule(options["schedule"]), options["epochs"] * per_epoch
        self._scheduler = LambdaLR(self._optimizer, lambda step: schedule(step, total, per_epoch))
        decay = options["ema"]

        def averaged(average: Any, weights: Any, updates: Any) -> Any:
            # As in `nn/optim/moving_average.py`; AveragedModel takes the weights after update 1.
            kept = min(decay, int(updates) / (int(updates) + 9))
            return kept * average + (1 - kept) * weights

        self._average = AveragedModel(network, avg_fn=averaged) if decay else None
        self.validated = self._average.module if self._average else network

    def start_epoch(self) -> None:
        """Go back to the start of the streams, with a zero state."""
        self.network.train()
        self._state: Any = None

    def update(self, step: int) -> float:
        """Make update `step` of the epoch and return its loss."""
        window = slice(step * self._k1, (step + 1) * self._k1)
        logits, state = self.network(self._inputs[window], self._state)
        self._state = tuple(part.detach() for part in state)
        loss = cross_entropy(logits.flatten(0, 1), self._targets[window].flatten())
        value = make_update(loss, self._optimizer, self._clip)
        self._scheduler.step()
        if self._average:
            self._average.update_parameters(self.network)
        return value


def validate(network: torch.nn.Module, ids: torch.Tensor) -> float:
    """Return nats a character, the whole text read as one stream."""
    network.eval()
    loss, state = 0.0, None
    with torch.no_grad():
        for start in range(0, len(ids) - 1, VALIDATION_STEPS):
            window = ids[start : start + VALIDATION_STEPS + 1]
            logits, state = network(window[:-1, None], state)
            loss += cross_entropy(logits[:, 0], window[1:], reduction="sum").item()
    return loss / (len(ids) - 1)


def main() -> None:
    """Train and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("recipe", nargs="?", choices=SHAKESPEARE, default=SHAKESPEARE[0])
    parser.add_argument("--epochs", type=int, help="default: the recipe's")
    parser.add_argument("--seed", type=int, help="default: the recipe's")
    arguments = parser.parse_args()
    given = {name: value for name, value in vars(arguments).items() if value is not None}
    options = RECIPES[arguments.recipe].options.header() | given
    torch.manual_seed(options["seed"])
    text = load_text(options["data"]).text
    vocabulary = Vocabulary.of(text)
    training_ids, validation_ids = split(vocabulary.encode(text), options["validation"])
    network = Network(
        len(vocabulary),
        options["layers"],
        options["units"],
        options["dropout"],
        options["weight-drop"],
    )
    if arguments.recipe == "shakespeare-regularized":
        network.train_one_bias()
    training = Training(network, options, training_ids)
    print(f"PyTorch {torch.__version__}, {torch.get_num_threads()} threads", flush=True)
    best_loss, best_epoch = math.inf, 0
    for epoch in range(1, options["epochs"] + 1):
        began = time.perf_counter()
        training.start_epoch()
        losses = [training.update(step) for step in range(training.steps_per_epoch)]
        seconds = time.perf_counter() - began
        validation_loss = validate(training.validated, torch.tensor(validation_ids))
        best_loss, best_epoch = min((best_loss, best_epoch), (validation_loss, epoch))
        print(
            f"epoch {epoch}  training loss {sum(losses) / len(losses):.4f}  "
            f"validation loss {validation_loss:.4f}  {seconds:.0f} s without validation",
            flush=True,
        )
    print(f"best epoch {best_epoch}  validation loss {best_loss:.4f}")


if __name__ == "__main__":
    main()
