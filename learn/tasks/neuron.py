"""Task 6: train the network for five minutes, and look at a neuron."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from glassnet.learn import finale
from glassnet.learn.comparison import Named, Report, compare
from glassnet.learn.mistakes import mistake, variants
from glassnet.learn.reader import Reader
from glassnet.learn.tasks.task import Task
from glassnet.models import CharacterLSTM
from glassnet.nn import Array
from glassnet.visualize import (
    Finding,
    Hypothesis,
    find_neurons,
    neurons_page,
    read_activations,
    read_predictions,
    save_page,
)
from glassnet.visualize.neurons.search.findings import VERDICTS

PAGE = "neuron.html"
_SEARCHED = 20_000  # characters to look for the neuron on
_SHOWN = 2_000  # characters on the page


def cut_streams(ids: Array, streams: int) -> Array:
    """Cut a text into streams that are read side by side: streams[t, n].

    Parameters
    ----------
    ids : array of int
        The text.
    streams : int
        How many.

    Shapes
    ------
    - ids: (length,)
    - returned: (length // streams, streams)
    """
    length = len(ids) // streams
    return ids[: length * streams].reshape(streams, length).T


def counting_loss(ids: Array) -> float:
    """Return the loss of guessing each character with the probability that it has in the text.

    Parameters
    ----------
    ids : array of int
        The text.

    Shapes
    ------
    - ids: (length,)
    """
    p = np.bincount(ids) / len(ids)
    return float(-np.log(p[ids]).mean())


CUTTING_MISTAKES = (
    mistake(
        "Neighbors in the text lie side by side, so they are in different streams: each stream "
        "reads every N-th character. Cut the text into N rows first, then transpose.",
        (".reshape(streams, length).T", ".reshape(length, streams)"),
    ),
    mistake(
        "The streams are rows. Time goes down: streams[t, n], so the array is transposed.",
        (".reshape(streams, length).T", ".reshape(streams, length)"),
    ),
)
COUNTING_MISTAKES = (
    mistake(
        "The loss is in bits: that is the logarithm to base 2. np.log is the natural one.",
        ("-np.log(", "-np.log2("),
    ),
    mistake(
        "Each different character counts once. In the text the frequent ones come more often: the "
        "mean goes over the text, or over the characters with weights p.",
        ("p[ids]", "p[p > 0]"),
    ),
    mistake(
        "That is the sum over the characters, not weighted. The mean over the text gives each "
        "the weight p.",
        ("p[ids]).mean()", "p[p > 0]).sum()"),
    ),
    mistake(
        "This is the loss of someone who does not even count: all characters that occur are "
        "equally likely to him.",
        ("-np.log(p[ids]).mean()", "np.log((p > 0).sum())"),
    ),
    mistake(
        "This is the loss of someone who does not even count: all numbers are equally likely to "
        "him.",
        ("-np.log(p[ids]).mean()", "np.log(len(p))"),
    ),
    mistake(
        "This is the sum over the text; the loss is the mean, in nats a character.",
        (".mean()", ".sum()"),
    ),
    mistake(
        "np.bincount counts. A probability is the count divided by the length of the text.",
        (" / len(ids)", ""),
    ),
    mistake("The loss has the wrong sign: -log p is positive.", ("-np.log(", "np.log(")),
    mistake(
        "The logarithm of the mean is not the mean of the logarithms: take -log first.",
        ("-np.log(p[ids]).mean()", "-np.log(p[ids].mean())"),
    ),
    mistake(
        "A number that does not occur has p = 0, and 0 · log 0 is nan. It is never met in the "
        "text: leave it out, or take the mean over the text, p[ids].",
        ("-np.log(p[ids]).mean()", "-(p * np.log(p)).sum()"),
    ),
)

HINTS = (
    "cut_streams: `reshape` reads the numbers row by row. Which shape puts neighbors of the text "
    "into one row? Then time goes to the right, and should go down.",
    "cut_streams, all of it:\n\n"
    "    length = len(ids) // streams\n"
    "    return ids[: length * streams].reshape(streams, length).T",
    "counting_loss: p = np.bincount(ids) / len(ids) are the probabilities, and p[ids] has, for "
    "each character of the text, its own.",
    "counting_loss: -np.log(p[ids]).mean()",
    "guess: for each character, something about what came before it. Numbers are easiest with a "
    "loop that keeps a variable, as in the example. True or False: whether the last letter was a "
    "vowel, whether this line began with a capital and has a colon.",
)


def check(reader: Reader) -> Report:
    """Check the two functions; then the network, if it is trained, and the guess.

    Parameters
    ----------
    reader : Reader
        The reader's file. The page is written beside it.
    """
    report = check_functions(reader)
    if not report.passed:
        return report
    folder = reader.path.parent
    if not (folder / finale.NETWORK).exists():
        report.todo.append(
            "Now train: `glassnet learn train` takes five minutes. Meanwhile, think "
            "about the guess."
        )
        return report
    network, unseen = finale.load(folder / finale.NETWORK)
    unseen = unseen[:_SEARCHED]
    loss = finale.held_out_loss(network, unseen)
    counted = counting_loss(network.vocabulary.encode(unseen))
    report.notes.append(
        f"On text that it has not seen, your network has a loss of {loss:.3f} nats a character; "
        f"counting characters has {counted:.3f}."
    )
    if not loss < counted:
        report.todo.append("Train longer: the loss has to be lower than that of counting.")
        return report
    _check_guess(reader, report, network, unseen)
    return report


def check_functions(reader: Reader) -> Report:
    """Check the two functions that the training needs.

    Parameters
    ----------
    reader : Reader
        The reader's file.
    """
    ids = np.random.default_rng(8).permutation(np.repeat([0, 1, 2, 4], [3, 9, 4, 7]))  # no 3

    def run_cut(function: Callable[..., Any]) -> Named:
        return {"cut_streams": function(ids, 3)}

    def run_counting(function: Callable[..., Any]) -> Named:
        return {"counting_loss": function(ids)}

    report = compare(
        run_cut,
        reader.function("cut_streams"),
        {"cut_streams": cut_streams(ids, 3)},
        partial(variants, cut_streams, CUTTING_MISTAKES),
    )
    counted = compare(
        run_counting,
        reader.function("counting_loss"),
        {"counting_loss": np.asarray(counting_loss(ids))},
        partial(variants, counting_loss, COUNTING_MISTAKES),
    )
    report.add(counted)
    return report


def _check_guess(reader: Reader, report: Report, network: CharacterLSTM, text: str) -> None:
    """Look for the neuron that follows the guess best, and write the page."""
    function = reader.function("guess")
    values = function(text)
    if values is ...:
        report.unfilled.append("guess")
        return
    complaint = _complaint(values, text)
    if complaint:
        report.wrong["guess"] = complaint
        return

    def guess(text: str) -> Array:
        return np.asarray(function(text))

    findings = find_neurons(network, text, [Hypothesis("guess", "your guess", guess)], count=1)
    if not findings:
        report.wrong["guess"] = "its value is the same throughout one half of the text"
        return
    finding = findings[0]
    shown = text[:_SHOWN]
    activations = read_activations(network, shown)
    page = neurons_page(
        activations,
        activations.neuron(finding.layer, finding.neuron),
        "Your network",
        findings=findings,
        predictions=read_predictions(network, shown),
    )
    save_page(reader.path.parent / PAGE, page)
    report.notes.append(_found(finding))
    report.notes.append(f"{PAGE}, in the same folder, shows it: open it in a browser.")


def _complaint(values: object, text: str) -> str:
    """Return why the values of a guess can't be used, or nothing."""
    if values is None:
        return "it is None. Does it end with `return`?"
    try:
        array = np.asarray(values)
    except ValueError:
        return "its values have different lengths"
    if array.shape != (len(text),):
        return f"its shape is {array.shape}; a text of {len(text)} characters needs ({len(text)},)"
    if array.dtype.kind not in "biuf" or not np.all(np.isfinite(array)):
        return "its values are to be finite numbers, or True and False"
    return ""


def _found(finding: Finding) -> str:
    """Return how well a neuron follows the guess, in words."""
    measure = f"correlation {finding.score:.2f}"
    if finding.measure == "AUC":
        score = max(finding.score, 1 - finding.score)
        falling, where = (", falling", "lower") if finding.score < 0.5 else ("", "higher")
        measure = (
            f"AUC {score:.2f}{falling}. In {score:.0%} of all pairs of a character where it is "
            f"true and one where it is false, the neuron is {where} at the first; 50% is chance"
        )
    return (
        f"Neuron {finding.neuron} follows your guess best, on text that had no part in the choice: "
        f"{measure}. Verdict: {finding.verdict} ({VERDICTS[finding.verdict]}).{_advice(finding)}"
    )


def _advice(finding: Finding) -> str:
    """Return what to try after a verdict that says little about what the network has learned."""
    if finding.verdict == "letter detector":
        return " Try something that the current character does not tell."
    if finding.verdict in ("chance level", "as untrained", "weak"):
        return " Guess again, or look through the page for a neuron that follows something else."
    return ""


TASK = Task(
    6,
    "neuron",
    "Train for five minutes, and look at a neuron",
    check,
    HINTS,
    (cut_streams, counting_loss),
    seconds=60.0,
)
