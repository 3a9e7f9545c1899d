"""Calibration: the temperature of a trained network's softmax, chosen on a held-out text."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from glassnet.errors import UserError
from glassnet.models import CharacterNetwork, save_checkpoint
from glassnet.nn import softmax_cross_entropy
from glassnet.train.data.download import DataError
from glassnet.train.data.shakespeare import TEST_PLAYS
from glassnet.train.evaluation import held_out
from glassnet.train.experiments.characters import CharacterExperiment
from glassnet.train.objectives.temperature import best_temperature
from glassnet.train.objectives.text_loss import predictions
from glassnet.train.workers.threads import one_thread

__all__ = ["Calibration", "calibrate"]


@dataclass(frozen=True)
class Calibration:
    """The temperature that was chosen, and what it changes.

    Attributes
    ----------
    temperature : float
        What divides the logits, with three decimals.
    loss : float
        The mean loss in nats a character, with this temperature.
    loss_before : float
        That with the temperature before.
    which : str
        The text that it was chosen on, in words.

    Examples
    --------
    >>> from glassnet.train.calibration import Calibration
    >>> print(Calibration(temperature=1.1, loss=1.4, loss_before=1.41, which="novel.txt"))
    temperature 1.100, loss 1.4000 instead of 1.4100 nats a character on novel.txt
    """

    temperature: float
    loss: float
    loss_before: float
    which: str

    def __str__(self) -> str:
        return (
            f"temperature {self.temperature:.3f}, loss {self.loss:.4f} instead of "
            f"{self.loss_before:.4f} nats a character on {self.which}"
        )


def calibrate(
    path: Path | str,
    save: Path | str,
    data: str | None = None,
    validation: float | None = None,
) -> Calibration:
    """Choose the temperature at which a text's loss is lowest; save the network with it.

    A network that is trained for long is too certain of its predictions on other text than that
    of its training. All weights stay as they are.

    Parameters
    ----------
    path : Path or str
        The checkpoint of a character network.
    save : Path or str
        The file to write.
    data, validation : optional
        What to read, as for `evaluate`: text that the network was not trained on, and that it
        is not to be judged by afterwards.

    Returns
    -------
    Calibration
        The temperature and the losses.

    Raises
    ------
    CheckpointError
        If the checkpoint can't be read, or the new one can't be written.
    DataError
        If the text can't be had, or is one of the plays to judge by.
    UserError
        If the network has no temperature.

    References
    ----------
    Guo, Pleiss, Sun & Weinberger 2017, *On calibration of modern neural networks*, section 4.2.

    Examples
    --------
    >>> from pathlib import Path
    >>> from glassnet.models import SHIPPED, load_checkpoint
    >>> from glassnet.train.calibration import calibrate
    >>> _ = Path("play.txt").write_text("KING HENRY:\\nWhat say you, my lord?\\n" * 9)
    >>> calibration = calibrate(SHIPPED / "shakespeare.npz", "calibrated.npz", data="play.txt")
    >>> calibration.loss < calibration.loss_before
    True
    >>> load_checkpoint("calibrated.npz").options["temperature"] == calibration.temperature
    True
    """
    if data in {"shakespeare-test", *TEST_PLAYS}:
        raise DataError(f"{data}: is to judge by; choose by shakespeare-validation")
    question = held_out(path, data, validation)
    network, checkpoint, experiment = question.network, question.checkpoint, question.experiment
    before = network.configuration.get("temperature")
    if not (isinstance(experiment, CharacterExperiment) and isinstance(before, float)):
        raise UserError(f"{path}: holds a {network.kind}, whose softmax has no temperature")
    assert isinstance(network, CharacterNetwork)
    with one_thread():
        found = [
            prediction
            for ids in experiment.texts(network, question.part)
            for prediction in predictions(network, ids, progress=True)
        ]
    factor = best_temperature(found)
    temperature = round(before * factor, 3)
    total = sum(len(targets) for _, targets in found)

    def loss(factor: float) -> float:
        losses = [
            softmax_cross_entropy(z / factor, targets, total=total)[0] for z, targets in found
        ]
        return sum(losses)

    checkpoint.configuration = {**network.configuration, "temperature": temperature}
    checkpoint.options["temperature"] = temperature
    checkpoint.training, checkpoint.progress = {}, {}
    save_checkpoint(save, checkpoint)
    return Calibration(temperature, loss(temperature / before), loss(1.0), question.which)
