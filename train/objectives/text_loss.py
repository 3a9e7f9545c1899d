"""How well a character network predicts a text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from tqdm import tqdm

from glassnet.models import CharacterNetwork
from glassnet.nn import Array, softmax_cross_entropy

__all__ = ["WARM_UP", "mean_over_texts", "mean_text_loss", "predictions", "text_loss"]

WARM_UP = 1000
"""Characters that each part of a text is read from before it counts; see `text_loss`."""

_WINDOW = 2000  # characters read at once: only memory depends on it


def predictions(
    network: CharacterNetwork, ids: Array, streams: int = 1, progress: bool = False
) -> Iterator[tuple[Array, Array]]:
    """Read a text as `text_loss` does, and yield what the network predicts.

    Parameters
    ----------
    network : CharacterNetwork
        An initialized network.
    ids : Array
        The text, at least two characters.
    streams : int, default 1
        Parts of the text that are read side by side; see `text_loss`.
    progress : bool, default False
        Show a bar on the standard error if that is a terminal.

    Yields
    ------
    logits : Array
        For some of the characters.
    targets : Array
        Those characters. In one stream they come in the order of the text.

    Shapes
    ------
    - ids: (characters,)
    - logits: (some of them, vocabulary)
    - targets: (some of them,)

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.models import CharacterLSTM, Vocabulary
    >>> from glassnet.train.objectives.text_loss import predictions
    >>> network = CharacterLSTM(Vocabulary("ab"), units=4).initialize(np.random.default_rng(1))
    >>> [targets for _, targets in predictions(network, np.array([0, 1, 1]))]
    [array([1, 1])]
    """
    guesses = len(ids) - 1
    if network.context is None:
        reading = _parts(guesses, max(1, min(streams, (guesses - WARM_UP) // WARM_UP)))
    else:
        reading = _windows(guesses, network.context)
    kept = network.state
    network.reset_state()
    for positions, counted in tqdm(
        reading, leave=False, delay=1, disable=None if progress else True
    ):
        positions = np.minimum(positions, guesses - 1)  # the last part or window may be shorter
        logits = network.forward(ids[positions])
        network.carry()
        counted = counted.T  # one part or window after the other: the order of the text
        yield logits.swapaxes(0, 1)[counted], ids[positions + 1].T[counted]
    network.state = kept


def _parts(guesses: int, streams: int) -> list[tuple[Array, Array]]:
    """Return what to read, one after the other: positions (T, N) of the text, and which count."""
    warm_up = WARM_UP if streams > 1 else 0
    part = -(-(guesses - warm_up) // streams)  # what each stream guesses; the first, warm_up more
    window = _WINDOW // streams
    found = []
    for start in range(0, warm_up + part, window):
        steps = np.arange(start, min(start + window, warm_up + part))
        positions = steps[:, None] + part * np.arange(streams)
        counted = positions < guesses
        counted[: max(0, warm_up - start), 1:] = False
        found.append((positions, counted))
    return found


def _windows(guesses: int, context: int) -> list[tuple[Array, Array]]:
    """Return the same for a network that reads `context` characters and carries nothing.

    Each window starts half a context after the one before, and only its second half counts, so
    that every prediction but the first ones has at least half a context before it.
    """
    half = max(1, context // 2)
    count = 1 + max(0, -(-(guesses - context) // half))
    at_once = max(1, _WINDOW // context)
    found = []
    for first in range(0, count, at_once):
        starts = half * np.arange(first, min(first + at_once, count))
        positions = starts + np.arange(context)[:, None]
        counted = positions < guesses
        counted[: context - half, starts > 0] = False
        found.append((positions, counted))
    return found


def text_loss(
    network: CharacterNetwork, ids: Array, streams: int = 1, progress: bool = False
) -> tuple[float, float]:
    """Read a text from a zero state to its end, and predict every character but the first.

    The network's carried state is left as it was.

    Parameters
    ----------
    network : CharacterNetwork
        An initialized network.
    ids : Array
        The text, (characters,), at least two.
    streams : int, default 1
        1 reads the text in one go. More read as many parts of it side by side, several times as
        fast; each part but the first starts from the state after the `WARM_UP` characters before
        it, instead of all characters before it, whose trace has faded by then. A network with a
        `context` carries no state: it always reads windows that overlap by half.
    progress : bool, default False
        Show a bar on the standard error if that is a terminal.

    Returns
    -------
    loss : float
        The mean cross-entropy in nats.
    accuracy : float
        The fraction of characters that were the likeliest.

    Shapes
    ------
    - ids: (characters,)

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.models import SHIPPED, load_network
    >>> from glassnet.train.objectives import text_loss
    >>> network, _ = load_network(SHIPPED / "shakespeare.npz")
    >>> ids = network.vocabulary.encode("KING HENRY:\\nWhat say you, my lord?\\n")
    >>> loss, accuracy = text_loss(network, ids)
    >>> 0 < loss < 2, accuracy > 0.5
    (True, True)
    """
    loss, correct = 0.0, 0
    for logits, targets in predictions(network, ids, streams, progress):
        loss += softmax_cross_entropy(logits, targets, total=1)[0]
        correct += int(np.sum(logits.argmax(axis=1) == targets))
    guesses = len(ids) - 1
    return loss / guesses, correct / guesses


def mean_text_loss(
    network: CharacterNetwork, texts: Sequence[Array], streams: int = 1, progress: bool = False
) -> tuple[float, float]:
    """Read several texts, each from a zero state, and return the mean over all characters.

    Parameters
    ----------
    network : CharacterNetwork
        An initialized network.
    texts : Sequence[Array]
        The texts, each (characters,).
    streams : int, default 1
        Parts of a text that are read side by side; see `text_loss`.
    progress : bool, default False
        Show a bar for each text.

    Returns
    -------
    loss : float
        The mean cross-entropy in nats.
    accuracy : float
        The fraction of characters that were the likeliest.

    Shapes
    ------
    - texts: (characters,) each

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.models import CharacterLSTM, Vocabulary
    >>> from glassnet.train.objectives.text_loss import mean_text_loss, text_loss
    >>> network = CharacterLSTM(Vocabulary("ab"), units=4).initialize(np.random.default_rng(1))
    >>> first, second = np.array([0, 1, 1]), np.array([1, 0, 0])  # two to predict in each
    >>> loss, _ = mean_text_loss(network, [first, second])
    >>> mean = (text_loss(network, first)[0] + text_loss(network, second)[0]) / 2
    >>> abs(loss - mean) < 1e-6
    True
    """
    return mean_over_texts([text_loss(network, ids, streams, progress) for ids in texts], texts)


def mean_over_texts(
    results: Sequence[tuple[float, float]], texts: Sequence[Array]
) -> tuple[float, float]:
    """Return the mean over all predicted characters, given that of each text.

    Parameters
    ----------
    results : Sequence[tuple[float, float]]
        The loss and the accuracy of each text.
    texts : Sequence[Array]
        The texts, of which all characters but the first were predicted.

    Returns
    -------
    loss, accuracy : float
        Of all characters.

    Shapes
    ------
    - texts: (characters,) each

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.train.objectives.text_loss import mean_over_texts
    >>> mean_over_texts([(1.0, 0.5), (4.0, 0.8)], [np.zeros(3), np.zeros(2)])
    (2.0, 0.6)
    """
    guesses = [len(ids) - 1 for ids in texts]
    loss, accuracy = np.average(results, axis=0, weights=guesses)
    return float(loss), float(accuracy)
