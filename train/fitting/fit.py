"""`fit`: train a network of your own with the loop that recipes are trained with."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import cast

import numpy as np

from glassnet.errors import UsageError
from glassnet.models import Checkpoint, CheckpointError, load_checkpoint
from glassnet.nn import Layer, Optimizer
from glassnet.train.fitting.data import (
    Batches,
    Data,
    DataMismatchError,
    Examples,
    axes_of,
    checked,
    hold_out,
)
from glassnet.train.fitting.experiment import FitExperiment, require_fit
from glassnet.train.fitting.history import History
from glassnet.train.fitting.inference import from_zero_state, require_loss
from glassnet.train.fitting.measures import Metric, measures_of, name_of
from glassnet.train.fitting.options import FitOptions, options_of
from glassnet.train.fitting.workers import join, packed
from glassnet.train.objectives.examples.means import Axes, Loss
from glassnet.train.options import OptionError
from glassnet.train.run.files import BEST, LAST, LOG
from glassnet.train.run.run import LoadedRun, Run
from glassnet.train.run.trainer import Callback, Trainer
from glassnet.train.workers.communicator import SingleProcess
from glassnet.train.workers.processes import start_workers
from glassnet.train.workers.threads import suitable_workers, threads_as_before

__all__ = ["fit"]


def fit(
    network: Layer,
    loss: Loss,
    data: Data,
    *,
    epochs: int = 10,
    batch: int = 32,
    optimizer: str | Optimizer = "adam",
    validation: Data | float | None = None,
    metrics: Sequence[Metric] = (),
    batch_axis: int | tuple[int, int] = 0,
    callback: Callback | None = None,
    restore_best: bool = False,
    workers: int = 1,
    save: Path | str | None = None,
    resume: bool | Path | str = False,
    progress: bool = True,
    **options: str | float,
) -> History:
    """Train a network.

    Ctrl-C ends the training after the update it is in: what there is then is saved and returned. A
    second Ctrl-C interrupts at once.

    Parameters
    ----------
    network : Layer
        The network. If it is not initialized, it is; otherwise it is trained on from its weights.
    loss : callable
        A loss of `glassnet.nn`, or a function of your own (output, targets) -> (mean over the rows
        that it is given, gradient for the output). What layers add of their own comes on top.
    data : (array, array) or iterable of such pairs
        Inputs and targets, whose examples are drawn in a new order in each epoch. Or batches of
        them, which come in their own order: a list, or anything else with a length that begins anew
        with each epoch.
    epochs : int, default 10
        Passes over the data.
    batch : int, default 32
        Examples of an update. Batches of your own have their own size.
    optimizer : str or Optimizer, default "adam"
        A key of `glassnet.nn.OPTIMIZERS`, or an optimizer, of which a copy is used.
    validation : float, (array, array) or iterable of such pairs, optional
        Data to validate on after each epoch; or the fraction of the data, at its end, to hold out.
    metrics : sequence of str or callable, default ()
        What to measure in validation, which this needs, beside the loss; see `evaluate`.
    batch_axis : int or (int, int), default 0
        Along which axis the examples lie: 1 for sequences, which are time-major. A pair is for
        inputs and targets that differ in this.
    callback : callable, optional
        Called with the measures of each epoch that ends, as a dictionary, while the network has the
        weights that were validated. If it returns something true, training stops.
    restore_best : bool, default False
        End with the weights of the epoch of the lowest validation loss (training loss without
        validation) instead of the last ones. With `ema` that is always so.
    workers : int, default 1
        Processes that share each update; 0 chooses what suits the machine. No guard
        ``if __name__ == "__main__"`` is needed.
    save : Path or str, optional
        Folder for `last.npz`, `best.npz` and `log.csv`. Files of an earlier run are moved aside.
    resume : bool, Path or str, default False
        True goes on exactly with the training saved in the folder `save`, or begins if there is
        none. A path goes on with that file. The other arguments must be the same, but for `epochs`,
        `workers` and `patience`.
    progress : bool, default True
        Show a progress bar, or lines where there is no terminal, on the standard error.
    **options : float or str
        Any option of `TrainingOptions`: `learning_rate`, `weight_decay` (both those of the
        optimizer's class by default), `schedule`, `clip`, `ema`, `patience`, `seed` and others.

    Returns
    -------
    History
        The measures of each epoch.

    Raises
    ------
    DataMismatchError
        If the data has no rows, holds NaN, or does not fit the network, the loss or a metric.
    UsageError
        If an argument is wrong, or can't be sent to several workers.
    OptionError
        If there is no such option, or its value is not allowed.
    CheckpointError
        If a file can't be written, or is not the one to go on with.
    FolderError
        If `save` is a file, or another run is writing there.
    StructureError
        If the network is to be saved and can't be; see `glassnet.models.register`.
    DivergedError
        If the loss, a gradient or a weight is no longer finite.

    Examples
    --------
    >>> import numpy as np
    >>> from glassnet.models import load_digits
    >>> from glassnet.nn import Dense, Flatten, ReLU, Sequential, softmax_cross_entropy
    >>> from glassnet.train import fit
    >>> network = Sequential(Flatten(), Dense(784, 32), ReLU(), Dense(32, 10))
    >>> history = fit(
    ...     network, softmax_cross_entropy, load_digits(), validation=0.2, metrics=["accuracy"],
    ...     epochs=5, progress=False,
    ... )
    >>> history["training_loss"][0] > history["training_loss"][-1]
    True
    >>> history["validation_accuracy"][-1] > 0.7
    True
    """
    if not isinstance(network, Layer):
        raise UsageError(f"network must be a Layer, such as Sequential(...), not {network!r}")
    require_loss(loss)
    if callback is not None and not callable(callback):
        raise UsageError(f"callback must be a function, not {callback!r}")
    axes = axes_of(batch_axis)
    training, held_out = _parts(data, validation, axes)
    measures = measures_of(metrics, axes[1])
    if measures and validation is None:
        raise UsageError("metrics are measured in validation: say validation=0.2, or name its data")
    given: dict[str, str | float] = {"epochs": epochs, "batch": batch, "workers": workers}
    chosen, own_optimizer = options_of(optimizer, name_of(loss), given | options)
    folder, resumed = _files(save, resume)
    start = None if resumed is None else _start(resumed, network, chosen)
    if not hasattr(network, "theta"):
        network.initialize(np.random.default_rng(chosen.seed).spawn(2)[0])
    chosen = dataclasses.replace(chosen, dtype=network.theta.dtype.name)
    experiment = FitExperiment(network, loss, training, held_out, measures, chosen.batch, axes)
    if folder is not None:
        experiment.identify()
        if start is not None and start.progress["fingerprint"] != experiment.fingerprint:
            raise CheckpointError(f"{resumed}: was trained on other data than is given now")
    run = Run(
        recipe="",
        options=chosen,
        folder=folder,
        log=None if folder is None else folder / LOG,
        start=start,
        resumed=resumed,
        optimizer=own_optimizer,
        quiet=not progress,
        keep_best=restore_best or bool(chosen.ema),
    )
    with _in_training(network, chosen.seed):
        for part in (training, held_out):
            if part is not None:
                require_fit(network, loss, part, measures, axes)
        trainer = _train(LoadedRun(run, experiment, network), loss, training, axes, callback)
        if run.keep_best:
            _restore_best(network, trainer, folder)
    return History(list(trainer.history), trainer.finished)


def _parts(
    data: object, validation: object, axes: Axes
) -> tuple[Examples | Batches, Examples | Batches | None]:
    """Return what to train on and what to validate on."""
    training = checked(data, "data", axes)
    if validation is None:
        return training, None
    if not isinstance(validation, int | float):
        return training, checked(validation, "validation", axes)
    if isinstance(training, Batches):
        raise DataMismatchError(
            f"validation={validation!r} needs arrays: of batches no fraction can be held out"
        )
    return hold_out(training, validation, axes)


def _files(save: Path | str | None, resume: bool | Path | str) -> tuple[Path | None, Path | None]:
    """Return the folder to save in, and the checkpoint from which to go on, if any."""
    if isinstance(resume, bool):
        if resume and save is None:
            raise UsageError("resume=True needs save, the folder of the run that is to go on")
        folder = None if save is None else Path(save)
        there = resume and folder is not None and (folder / LAST).exists()
        return folder, folder / LAST if there and folder is not None else None
    path = Path(resume)
    if path.is_dir():
        path = path / LAST
    return path.parent if save is None else Path(save), path


def _start(path: Path, network: Layer, options: FitOptions) -> Checkpoint:
    """Return the checkpoint to go on from, if it is of such a network and training."""
    start = load_checkpoint(path)
    if not start.training:
        raise CheckpointError(
            f"{path}: holds only weights; glassnet.models.load gives its network, to train it anew"
        )
    if start.recipe:
        raise CheckpointError(
            f"{path}: was trained by the recipe {start.recipe!r}; glassnet train --resume {path} "
            "goes on with it"
        )
    try:
        before = FitOptions().updated(start.options)
    except OptionError as error:
        raise CheckpointError(f"{path}: its options can't be read: {error}") from error
    for name, field in FitOptions.fields().items():
        old, new = getattr(before, name), getattr(options, name)
        if old != new and not field.resumable and name != "dtype":
            raise CheckpointError(
                f"{path}: was trained with {options.spelled(name, old)}, which can't become "
                f"{new!r} on resume"
            )
    described = Checkpoint.of(network) if hasattr(network, "theta") else None
    if network.array_shapes != {name: value.shape for name, value in start.weights.items()} or (
        described is not None
        and (described.kind, described.configuration) != (start.kind, start.configuration)
    ):
        raise CheckpointError(f"{path}: holds another network than is given now")
    return start


@contextlib.contextmanager
def _in_training(network: Layer, seed: int) -> Iterator[None]:
    """Give the network back as it was, but for its weights, however training ends."""
    layers = [(layer, layer.requires_input_gradient) for _, layer in network.walk()]
    with from_zero_state(network), threads_as_before(network):
        try:
            with np.errstate(over="ignore", invalid="ignore"):  # the loop looks for it itself
                yield
        finally:
            for layer, required in layers:
                layer.requires_input_gradient = required
            # With several workers the vectors lie in memory that they share.
            network.bind(network.theta.copy(), network.grad.copy())
    if network.batch_shard is None:  # as after `load`
        network.set_generator(np.random.default_rng(seed))


def _train(
    loaded: LoadedRun,
    loss: Loss,
    training: Examples | Batches,
    axes: Axes,
    callback: Callback | None,
) -> Trainer:
    """Train in this process alone, or with others beside it."""
    options, rows = cast(FitOptions, loaded.run.options), loaded.experiment.rows
    workers = min(options.workers or suitable_workers(rows), rows)
    if workers == 1:
        return loaded.train(SingleProcess(), callback)
    network = loaded.network
    assert isinstance(network, Layer)
    content, arrays = packed(network, loss, training, options.batch, axes, loaded.run)
    with start_workers(
        workers, network.theta.size, options.dtype, join, content, arrays, import_script=False
    ) as communicator:
        return loaded.train(communicator, callback)


def _restore_best(network: Layer, trainer: Trainer, folder: Path | None) -> None:
    """Set the weights of the best epoch; a run that goes on may have left it to an earlier one."""
    if trainer.best is not None:
        for name, value in trainer.best.items():
            network.arrays[name][...] = value
    elif folder is not None and (folder / BEST).exists():
        load_checkpoint(folder / BEST).copy_weights(network)
