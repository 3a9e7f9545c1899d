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
starts from zeros. With `reset_state`, a stream starts from zeros now and then: so the network also
learns to read the beginning of a text, and not to rely on a state that goes back without end.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from glassnet.models import CharacterNetwork
from glassnet.nn import Array, BatchShard, softmax_cross_entropy
from glassnet.train.objectives.split import CorpusError, require_prediction, split
from glassnet.train.objectives.text_loss import mean_text_loss
from glassnet.train.workers.communicator import Communicator, SingleProcess, shard

__all__ = ["StreamObjective"]

_VALIDATION_STREAMS = 8


class StreamObjective:
    """Training a character network on a corpus by truncated BPTT; see the top of this file.

    Parameters
    ----------
    network : CharacterNetwork
        An initialized network.
    ids : Array
        The whole corpus, (characters,).
    streams : int
        N, the number of streams that it is cut into.
    k1, k2 : int
        Characters between updates, and characters that gradients flow back through.
    validation : float, default 0.0
        Fraction of the corpus, at its end, that is held out.
    validation_texts : Sequence[Array], default ()
        Texts to validate on instead of a part of the corpus, each (characters,).
    reset_state : float, default 0.0
        Probability that a stream's state is set to zero before an update, for each stream anew.
    generator : numpy.random.Generator
        Randomness for dropout, in the same state on every worker.
    communicator : Communicator, optional
        The streams are shared out among its workers.

    Raises
    ------
    CorpusError
        If the corpus is too short for one update, or its held-out part for one prediction.

    Shapes
    ------
    - ids: (characters,)

    References
    ----------
    Williams & Peng 1990, "An efficient gradient-based algorithm for on-line training of recurrent
    network trajectories".

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.models import CharacterLSTM, Vocabulary
    >>> from glassnet.train.objectives import StreamObjective
    >>> vocabulary = Vocabulary("ab")
    >>> generator = np.random.default_rng(1)
    >>> network = CharacterLSTM(vocabulary, layers=1, units=4).initialize(generator)
    >>> objective = StreamObjective(
    ...     network, vocabulary.encode("ab" * 50), streams=2, k1=10, k2=10, generator=generator
    ... )
    >>> objective.steps_per_epoch  # 49 characters of each stream, ten by ten
    4
    >>> objective.start_epoch()
    >>> loss = objective.compute(0)
    >>> bool(network.grad.any())
    True
    """

    unit = "characters"
    in_last_stage = True

    def __init__(
        self,
        network: CharacterNetwork,
        ids: Array,
        *,
        streams: int,
        k1: int,
        k2: int,
        validation: float = 0.0,
        validation_texts: Sequence[Array] = (),
        reset_state: float = 0.0,
        generator: np.random.Generator,
        communicator: Communicator | None = None,
    ) -> None:
        communicator = communicator or SingleProcess()
        self.network, self.k1, self.k2 = network, k1, k2
        training, held_out = split(ids, validation)
        self._validation_texts = validation_texts or ([held_out] if validation else [])
        length = (len(training) - 1) // streams  # of one stream
        self.steps_per_epoch = length // k1
        if self.steps_per_epoch < 1:
            needed = math.floor(streams * k1 / (1 - validation))
            while needed - int(needed * validation) <= streams * k1:
                needed += 1
            raise CorpusError(
                f"a corpus of {len(ids):,} characters is too short: {streams} chunks of {k1} "
                f"characters and {validation:.0%} for validation need at least {needed:,} "
                "(--chunks, --k1, --validation)"
            )
        require_prediction(held_out, ids, validation)
        rows = shard(streams, communicator.rank, communicator.size)
        self._streams, self._rows, self._communicator = streams, rows, communicator
        starts = np.arange(rows.start, rows.stop) * length
        self._inputs = training[starts + np.arange(length)[:, None]]  # (length, own streams)
        self._targets = training[starts + np.arange(length)[:, None] + 1]
        self.items_per_step = streams * k1
        self._reset_state = reset_state
        all_reduce = communicator.all_reduce
        self._shard = BatchShard(generator, rows.start, rows.stop, streams, all_reduce)
        network.set_batch_shard(self._shard)

    def start_epoch(self) -> None:
        """Go back to the start of the streams, with a zero state."""
        self.network.reset_state()

    def compute(self, step: int) -> float:
        """Add this worker's gradients of one update; return its part of the mean loss.

        The network is left with the state that the next update starts from.

        Parameters
        ----------
        step : int
            Number of the update in the epoch, from 0.

        Returns
        -------
        float
            The parts of all workers sum to the mean loss of the update.
        """
        if self._reset_state:
            kept = self._shard.uniform((len(self._inputs[0]), 1)) >= self._reset_state  # (N, 1)
            self.network.state = {name: h * kept for name, h in self.network.state.items()}
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
        if not self._validation_texts:
            return {}
        loss, accuracy = mean_text_loss(self.network, self._validation_texts, _VALIDATION_STREAMS)
        return {"validation_loss": loss, "validation_accuracy": accuracy}

    def state(self) -> dict[str, Array]:
        """Return what a checkpoint has to hold beside weights: the state of all streams.

        Every worker calls this; each gets the rows of all of them.
        """
        whole = {}
        for name, own in self.network.state.items():
            rows = np.zeros((self._streams, own.shape[1]), own.dtype)
            rows[self._rows] = own
            whole[name] = self._communicator.all_reduce(rows)
        return whole

    def restore(self, state: dict[str, Array]) -> None:
        """Continue from what `state` returned.

        Parameters
        ----------
        state : dict[str, Array]
            From an objective of the same options, whatever the number of workers was.
        """
        self.network.state = {name: rows[self._rows] for name, rows in state.items()}
