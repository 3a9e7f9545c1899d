"""Text as parallel streams, and truncated backpropagation through time (BPTT) over them.

The corpus is cut into N chunks of equal length that are read side by side as N streams, k1
characters at a time. After each k1 characters comes one update, whose gradients flow back through
the last k2 >= k1 characters: BPTT(k2; k1) of Williams & Peng 1990. Each character's loss counts in
exactly one update; what lies before the newest k1 characters only lets gradients flow further back.

    k1 = 100, k2 = 300:       0        100       200       300       400
    update 1                  [ loss   )
    update 2                  [        | loss    )
    update 3                  [                  | loss    )
    update 4                           [                   | loss    )

The hidden state at the start of a window is carried there from the window before; each epoch
starts from zeros.
"""

from __future__ import annotations

import math

import numpy as np
from tqdm import tqdm

from glassnet.errors import UserError
from glassnet.models import CharacterLSTM
from glassnet.nn import Array, BatchShard, softmax_cross_entropy
from glassnet.train.workers.communicator import Communicator, shard

WARM_UP = 1000
"""Characters that a part of a text is read from before it counts; see `evaluate`."""

_VALIDATION_WINDOW = 2000  # characters read at once in validation: only memory depends on it
_VALIDATION_STREAMS = 8


class CorpusError(UserError):
    """A corpus does not hold enough characters for what was asked."""


def split(ids: Array, validation: float) -> tuple[Array, Array]:
    """Return (training, validation): the last part of the corpus, a fraction of it, is held out."""
    cut = len(ids) - int(len(ids) * validation)
    return ids[:cut], ids[cut:]


def evaluate(
    network: CharacterLSTM, ids: Array, streams: int = 1, progress: bool = False
) -> tuple[float, float]:
    """Read a text from a zero state to its end; return (nats a character, accuracy).

    Every character but the first is guessed. The network's carried state is left as it was.

    Parameters
    ----------
    network : an initialized network.
    ids : the text, (characters,), at least two.
    streams : 1 reads the text in one go. More read as many parts of it side by side, several
        times as fast; each part but the first starts from the state after the `WARM_UP`
        characters before it, instead of all characters before it, whose trace has faded by then.
    progress : show a bar on the standard error if that is a terminal.
    """
    guesses = len(ids) - 1
    streams = max(1, min(streams, (guesses - WARM_UP) // WARM_UP))
    warm_up = WARM_UP if streams > 1 else 0
    part = -(-(guesses - warm_up) // streams)  # what each stream guesses; the first, warm_up more
    kept = network.state
    network.reset_state()
    loss, correct, window = 0.0, 0, _VALIDATION_WINDOW // streams
    starts = tqdm(
        range(0, warm_up + part, window), leave=False, delay=1, disable=None if progress else True
    )
    for start in starts:
        steps = np.arange(start, min(start + window, warm_up + part))
        positions = steps[:, None] + part * np.arange(streams)  # (T, N)
        counted = positions < guesses
        counted[: max(0, warm_up - start), 1:] = False
        positions = np.minimum(positions, guesses - 1)  # the last part may be shorter
        logits = network.forward(ids[positions])[counted]  # (counted, characters)
        targets = ids[positions + 1][counted]
        loss += softmax_cross_entropy(logits, targets, total=1)[0]
        correct += int(np.sum(logits.argmax(axis=1) == targets))
        network.carry()
    network.state = kept
    return loss / guesses, correct / guesses


class StreamTask:
    """Training a character LSTM on a corpus: what one update computes, and validation.

    Parameters
    ----------
    network : an initialized network.
    ids : the whole corpus, (characters,).
    chunks : N, the number of streams.
    k1, k2 : characters between updates, and characters that gradients flow back through.
    validation : fraction of the corpus, at its end, that is held out.
    communicator : the streams are shared out among its workers.
    generator : randomness for dropout, in the same state on every worker.

    Raises
    ------
    CorpusError : if the corpus is too short for one update, or its validation part for one guess.
    """

    unit = "characters"
    in_last_stage = True

    def __init__(
        self,
        network: CharacterLSTM,
        ids: Array,
        chunks: int,
        k1: int,
        k2: int,
        validation: float,
        communicator: Communicator,
        generator: np.random.Generator,
    ) -> None:
        self.network, self.k1, self.k2 = network, k1, k2
        training, self._validation_ids = split(ids, validation)
        length = (len(training) - 1) // chunks  # of one stream
        self.steps_per_epoch = length // k1
        if self.steps_per_epoch < 1:
            needed = math.floor(chunks * k1 / (1 - validation))
            while needed - int(needed * validation) <= chunks * k1:
                needed += 1
            raise CorpusError(
                f"a corpus of {len(ids):,} characters is too short: {chunks} chunks of {k1} "
                f"characters and {validation:.0%} for validation need at least {needed:,} "
                "(--chunks, --k1, --validation)"
            )
        if validation and len(self._validation_ids) < 2:
            raise CorpusError(
                f"{validation:.2%} of {len(ids):,} characters is too little to validate on; "
                "--validation 0 trains without"
            )
        rows = shard(chunks, communicator.rank, communicator.size)
        self._chunks, self._rows, self._communicator = chunks, rows, communicator
        starts = np.arange(rows.start, rows.stop) * length
        self._inputs = training[starts + np.arange(length)[:, None]]  # (length, own streams)
        self._targets = training[starts + np.arange(length)[:, None] + 1]
        self.items_per_step = chunks * k1
        network.set_batch_shard(BatchShard(generator, rows.start, rows.stop, chunks))

    def start_epoch(self) -> None:
        """Go back to the start of the streams, with a zero state."""
        self.network.reset_state()

    def compute(self, step: int) -> float:
        """Add this worker's gradients of update `step` of the epoch; return its part of the loss.

        Leaves the network with the state that the next update starts from.
        """
        end = (step + 1) * self.k1
        start = max(0, end - self.k2)
        logits = self.network.forward(self._inputs[start:end], train=True)
        loss, dlast = softmax_cross_entropy(
            logits[-self.k1 :], self._targets[end - self.k1 : end], total=self.items_per_step
        )
        dlogits = dlast
        if end - start > self.k1:
            dlogits = np.zeros_like(logits)
            dlogits[-self.k1 :] = dlast
        self.network.backward(dlogits)
        self.network.carry(max(0, end + self.k1 - self.k2) - start)
        return loss

    def validate(self) -> dict[str, float]:
        """Return the validation loss and accuracy, or nothing where nothing is held out."""
        if not len(self._validation_ids):
            return {}
        loss, accuracy = evaluate(self.network, self._validation_ids, _VALIDATION_STREAMS)
        return {"validation_loss": loss, "validation_accuracy": accuracy}

    def state(self) -> dict[str, Array]:
        """Return what a checkpoint has to hold beside weights: the state of all streams.

        Every worker calls this; each gets the rows of all of them.
        """
        whole = {}
        for name, own in self.network.state.items():
            rows = np.zeros((self._chunks, own.shape[1]), own.dtype)
            rows[self._rows] = own
            whole[name] = self._communicator.all_reduce(rows)
        return whole

    def restore(self, state: dict[str, Array]) -> None:
        """Take up the state that `state` returned, whatever the number of workers was then."""
        self.network.state = {name: rows[self._rows] for name, rows in state.items()}
