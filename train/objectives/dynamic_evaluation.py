"""Dynamic evaluation: a network that goes on learning from the text that it is evaluated on.

The text is read segment by segment. Each segment is predicted with the weights as they are; only
then do the weights take a step against the gradient g of its loss:

    θ = θ - rate · g / (r + epsilon) + decay · min(r / mean(r), 1 / decay) · (θ₀ - θ)

r is the root mean square of the gradients of segments of the training text, for each weight, and θ₀
are the trained weights, to which θ decays. So no character is predicted by weights that know it,
but the weights know the text before it: the figure does not compare with that of static evaluation.
"""

from __future__ import annotations

import numpy as np
from tqdm import tqdm

from glassnet.models import CharacterNetwork
from glassnet.nn import Array, softmax_cross_entropy

__all__ = ["dynamic_text_loss", "root_mean_square_gradient"]

_EPSILON = 2e-5


def root_mean_square_gradient(
    network: CharacterNetwork,
    ids: Array,
    *,
    segment: int = 20,
    streams: int = 100,
    segments: int = 50,
) -> Array:
    """Return the root mean square of the gradients of segments of a text, for each weight.

    The network's carried state is left as it was.

    Parameters
    ----------
    network : CharacterNetwork
        A trained network.
    ids : Array
        The text that it was trained on, (characters,).
    segment : int, default 20
        Characters whose mean loss has one gradient, in each stream.
    streams : int, default 100
        Streams that the text is cut into, read side by side; fewer if it is short.
    segments : int, default 50
        Gradients at most: as many as there are segments in a stream if that is fewer.

    Returns
    -------
    Array
        (parameters,), as `theta`.

    Raises
    ------
    ValueError
        If the text is shorter than a segment.

    Shapes
    ------
    - ids: (characters,)

    References
    ----------
    Krause, Kahembwe, Murray & Renals 2018, *Dynamic evaluation of neural sequence models*,
    section 4.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.models import CharacterLSTM, Vocabulary
    >>> from glassnet.train.objectives.dynamic_evaluation import root_mean_square_gradient
    >>> network = CharacterLSTM(Vocabulary("ab"), units=4).initialize(np.random.default_rng(1))
    >>> ids = np.random.default_rng(2).integers(0, 2, 500)
    >>> root_mean_square_gradient(network, ids, streams=4).shape == network.theta.shape
    True
    """
    streams = min(streams, (len(ids) - 1) // segment)
    if streams < 1:
        raise ValueError(f"the text must have more than {segment} characters, not {len(ids)}")
    length = (len(ids) - 1) // streams
    starts = np.arange(streams) * length
    kept = network.state
    network.reset_state()
    squares = np.zeros_like(network.theta)
    count = min(segments, length // segment)
    for number in range(count):
        positions = starts + np.arange(number * segment, (number + 1) * segment)[:, None]
        _gradient(network, ids[positions], ids[positions + 1])
        squares += network.grad**2
    network.state = kept
    root: Array = np.sqrt(squares / count)
    return root


def dynamic_text_loss(
    network: CharacterNetwork,
    ids: Array,
    root_mean_square: Array,
    *,
    rate: float,
    decay: float,
    segment: int = 20,
    progress: bool = False,
) -> tuple[float, float]:
    """Read a text from a zero state to its end and learn from each segment once it was predicted.

    The network's weights and carried state are left as they were.

    Parameters
    ----------
    network : CharacterNetwork
        A trained network.
    ids : Array
        The text, at least two characters.
    root_mean_square : Array
        What `root_mean_square_gradient` returned, with segments of the same length.
    rate : float
        The learning rate.
    decay : float
        How far the weights go back to the trained ones in each step, above 0.
    segment : int, default 20
        Characters from one step to the next.
    progress : bool, default False
        Show a bar on the standard error if that is a terminal.

    Returns
    -------
    loss : float
        The mean cross-entropy in nats of all characters but the first.
    accuracy : float
        The fraction of them that were the likeliest.

    Shapes
    ------
    - ids: (characters,)
    - root_mean_square: (parameters,)

    References
    ----------
    Krause, Kahembwe, Murray & Renals 2018, *Dynamic evaluation of neural sequence models*,
    section 4, the rule called RMS with decay to a global prior.

    Examples
    --------
    A text that repeats itself is learned while it is read:

    >>> import numpy as np
    >>> from glassnet.models import CharacterLSTM, Vocabulary
    >>> from glassnet.train.objectives import text_loss
    >>> from glassnet.train.objectives.dynamic_evaluation import dynamic_text_loss
    >>> from glassnet.train.objectives.dynamic_evaluation import root_mean_square_gradient
    >>> vocabulary = Vocabulary("abc")
    >>> network = CharacterLSTM(vocabulary, units=8).initialize(np.random.default_rng(1))
    >>> ids = vocabulary.encode("abacab" * 100)
    >>> root = root_mean_square_gradient(network, np.random.default_rng(2).integers(0, 3, 600))
    >>> dynamic, _ = dynamic_text_loss(network, ids, root, rate=0.001, decay=0.001)
    >>> dynamic < 0.7 * text_loss(network, ids)[0]
    True
    """
    theta = network.theta
    trained, kept = theta.copy(), network.state
    network.reset_state()
    back = decay * np.minimum(root_mean_square / root_mean_square.mean(), 1 / decay)
    step = rate / (root_mean_square + _EPSILON)
    back, step = back.astype(theta.dtype), step.astype(theta.dtype)
    change = np.empty_like(theta)
    loss, correct, guesses = 0.0, 0, len(ids) - 1
    starts = tqdm(
        range(0, guesses, segment), leave=False, delay=1, disable=None if progress else True
    )
    for start in starts:
        stop = min(start + segment, guesses)
        targets = ids[start + 1 : stop + 1, None]
        mean, logits = _gradient(network, ids[start:stop, None], targets)
        loss += mean * (stop - start)
        correct += int(np.sum(logits.argmax(axis=2) == targets))
        np.subtract(trained, theta, out=change)
        change *= back
        theta += change
        theta -= np.multiply(step, network.grad, out=change)
    theta[...] = trained
    network.state = kept
    return loss / guesses, correct / guesses


def _gradient(network: CharacterNetwork, ids: Array, targets: Array) -> tuple[float, Array]:
    """Set the gradients of the mean loss of one segment, carry on; return the loss and logits."""
    network.zero_grad()
    logits = network.forward(ids)
    loss, dlogits = softmax_cross_entropy(logits, targets)
    network.backward(dlogits)
    network.carry()
    return loss, logits
