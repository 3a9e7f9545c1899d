"""Text in windows, for networks that read a limited context and carry no state.

An epoch cuts the text into windows of T characters, from a place that is drawn anew in each epoch,
and reads them in random order, N at a time. So every character is learned once in an epoch, and
after different characters each time.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from glassnet.models import CharacterNetwork
from glassnet.nn import Array, BatchShard, softmax_cross_entropy
from glassnet.train.objectives.split import CorpusError, require_prediction, split
from glassnet.train.objectives.text_loss import mean_text_loss
from glassnet.train.workers.communicator import Communicator, SingleProcess, shard

__all__ = ["WindowObjective"]


class WindowObjective:
    """Training a character network on windows of a text; see the top of this file.

    Parameters
    ----------
    network : CharacterNetwork
        An initialized network with a `context`.
    ids : Array
        The whole text, (characters,).
    windows : int
        N, the windows of one update.
    validation : float, default 0.0
        Fraction of the text, at its end, that is held out.
    validation_texts : Sequence[Array], default ()
        Texts to validate on instead of a part of this one, each (characters,).
    generator : numpy.random.Generator
        Randomness for the order of windows and for dropout, in the same state on every worker.
    communicator : Communicator, optional
        The windows of each update are shared out among its workers.

    Raises
    ------
    CorpusError
        If the text is too short for one update, or its held-out part for one prediction.

    Shapes
    ------
    - ids: (characters,)

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.models import CharacterTransformer, Vocabulary
    >>> from glassnet.train.objectives.windows import WindowObjective
    >>> vocabulary = Vocabulary("ab")
    >>> generator = np.random.default_rng(1)
    >>> network = CharacterTransformer(vocabulary, layers=1, units=8, heads=2, context=10)
    >>> objective = WindowObjective(
    ...     network.initialize(generator), vocabulary.encode("ab" * 50), windows=2,
    ...     generator=generator,
    ... )
    >>> objective.steps_per_epoch  # nine windows of ten characters, two by two
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
        windows: int,
        validation: float = 0.0,
        validation_texts: Sequence[Array] = (),
        generator: np.random.Generator,
        communicator: Communicator | None = None,
    ) -> None:
        assert network.context is not None
        self.network, self._windows, self._context = network, windows, network.context
        self._generator, self._communicator = generator, communicator or SingleProcess()
        self._training, held_out = split(ids, validation)
        self._validation_texts = validation_texts or ([held_out] if validation else [])
        # One window less than there is room for: where the first one starts is drawn.
        self._count = (len(self._training) - 1) // self._context - 1
        self.steps_per_epoch = self._count // windows
        if self.steps_per_epoch < 1:
            needed = (windows + 1) * self._context + 1
            raise CorpusError(
                f"a text of {len(self._training):,} characters to train on is too short: {windows} "
                f"windows of {self._context} characters need at least {needed:,} "
                "(--batch, --context, --validation)"
            )
        require_prediction(held_out, ids, validation)
        self.items_per_step = windows * self._context
        self._starts = np.arange(self._count) * self._context

    def start_epoch(self) -> None:
        """Draw where the windows start and in which order they are read, alike on every worker."""
        first = self._generator.integers(self._context)
        self._starts = first + self._generator.permutation(self._count) * self._context

    def compute(self, step: int) -> float:
        """Add this worker's gradients of one update; return its part of the mean loss.

        Parameters
        ----------
        step : int
            Number of the update in the epoch, from 0.

        Returns
        -------
        float
            The parts of all workers sum to the mean loss of the update.
        """
        own = shard(self._windows, self._communicator.rank, self._communicator.size)
        self.network.set_batch_shard(
            BatchShard(self._generator, own.start, own.stop, self._windows)
        )
        starts = self._starts[step * self._windows :][own]
        positions = starts + np.arange(self._context)[:, None]  # (T, own windows)
        logits = self.network.forward(self._training[positions], train=True)
        loss, dlogits = softmax_cross_entropy(
            logits, self._training[positions + 1], total=self.items_per_step
        )
        self.network.backward(dlogits)
        return loss

    def validate(self) -> dict[str, float]:
        """Return the validation loss and accuracy, or nothing where nothing is held out."""
        if not self._validation_texts:
            return {}
        loss, accuracy = mean_text_loss(self.network, self._validation_texts)
        return {"validation_loss": loss, "validation_accuracy": accuracy}

    def state(self) -> dict[str, Array]:
        """Return where the windows of this epoch start, in the order in which they are read."""
        return {"starts": self._starts}

    def restore(self, state: dict[str, Array]) -> None:
        """Continue from what `state` returned.

        Parameters
        ----------
        state : dict[str, Array]
            From an objective of the same options, whatever the number of workers was.
        """
        self._starts = state["starts"]
