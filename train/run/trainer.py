"""The training loop: compute, sum the gradients, update; at the end of an epoch validate and save.

It knows nothing of what is trained. That is a `Task`: text streams (`train/objectives/streams.py`)
or
mini-batches. It knows of other workers only what a `Communicator` offers
(`train/workers/communicator.py`), and
every worker runs this same loop.
"""

from __future__ import annotations

import math
import multiprocessing
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any, Protocol

import numpy as np

from glassnet.errors import UserError
from glassnet.models import Checkpoint, save_checkpoint
from glassnet.nn import OPTIMIZERS, Array, ExponentialMovingAverage, Optimizer, clip_by_global_norm
from glassnet.nn.optim.schedules import parse_schedule
from glassnet.train.run.files import BEST, LAST
from glassnet.train.run.log import CSVLog, Progress
from glassnet.train.workers.communicator import Communicator
from glassnet.train.workers.threads import one_thread

_SECONDS_BETWEEN_SAVES = 300.0


class DivergedError(UserError):
    """The loss, a gradient or a weight is no longer a finite number."""


class Task(Protocol):
    """What is trained: a network on some data.

    Attributes
    ----------
    network : a layer with `kind` and `configuration`, initialized.
    steps_per_epoch : updates in an epoch.
    items_per_step, unit : what one update reads, for the progress: 2,500 "characters".
    in_last_stage : no other stage of training follows, so that it may be stopped early.
    """

    network: Any
    steps_per_epoch: int
    items_per_step: int
    unit: str

    @property
    def in_last_stage(self) -> bool: ...

    def start_epoch(self) -> bool | None:
        """Prepare for the first update of an epoch.

        True says that a stage of training begins with it, whose losses do not compare with those
        before: the optimizer and the search for the best epoch then start afresh.
        """

    def compute(self, step: int) -> float:
        """Add this worker's gradients of update `step`; return its part of the mean loss."""

    def validate(self) -> dict[str, float]:
        """Return measures on held-out data by name, `validation_loss` among them if there is."""

    def state(self) -> dict[str, Array]:
        """Return the arrays that a checkpoint must hold to go on in the middle of an epoch."""

    def restore(self, state: dict[str, Array]) -> None:
        """Take up what `state` returned."""


@dataclass
class _Position:
    """Where training stands; saved in a checkpoint as it is."""

    step: int = 0  # updates done, of all epochs
    epoch_loss: float = 0.0  # sum of the losses of this epoch's updates
    epoch_seconds: float = 0.0
    best_loss: float = math.inf
    epochs_since_best: int = 0
    history: list[dict[str, Any]] = field(default_factory=list)


class Trainer:
    """Trains a task, writes `log.csv`, `last.npz` and `best.npz`, and goes on from a checkpoint.

    Parameters
    ----------
    task : what is trained.
    options : all options of the run by name; see `train/command/options.py`.
    recipe : name of the recipe.
    communicator : the exchange with the other workers.
    generator : randomness used while training (dropout); its state is saved.
    folder : where `last.npz` and `best.npz` go.
    log : path of the CSV log, or None.
    fingerprint : of the data, saved to make sure that a resumed run reads the same.
    """

    def __init__(
        self,
        task: Task,
        options: dict[str, Any],
        recipe: str,
        communicator: Communicator,
        generator: np.random.Generator,
        folder: Path,
        log: Path | None,
        fingerprint: str,
    ) -> None:
        self._task, self._options, self._recipe = task, options, recipe
        self._communicator, self._generator = communicator, generator
        self._folder, self._log_path, self._fingerprint = folder, log, fingerprint
        self._first = communicator.rank == 0
        self._position = _Position()
        self._optimizer = _make_optimizer(options)
        self._average = ExponentialMovingAverage(options["ema"]) if options["ema"] else None
        self._schedule = parse_schedule(options["schedule"])
        self._own = communicator.local_slice(task.network.theta.size)
        self._stop_asked_for = self._stop = self._save_is_due = False

    # -- stopping and going on ---------------------------------------------------------------

    def resume(self, checkpoint: Checkpoint) -> None:
        """Go on from a checkpoint, whose weights the network has already."""
        progress: dict[str, Any] = dict(checkpoint.progress)
        progress.pop("fingerprint")
        self._generator.bit_generator.state = progress.pop("random")
        self._optimizer.steps = progress.pop("optimizer_steps")
        best = progress.pop("best_loss")
        progress["best_loss"] = math.inf if best is None else best
        self._position = _Position(**progress, history=list(checkpoint.history))
        groups: dict[str, dict[str, Array]] = {"optimizer": {}, "average": {}, "state": {}}
        for name, array in checkpoint.training.items():
            group, _, key = name.partition("/")
            groups[group][key] = array
        self._optimizer.state = {name: v[self._own] for name, v in groups["optimizer"].items()}
        if self._average is not None and groups["average"]:
            self._average.updates = self._optimizer.steps
            self._average.average = groups["average"]["theta"][self._own].copy()
        self._task.restore(groups["state"])

    def _checkpoint(self) -> Checkpoint:
        """Return all that resuming needs. Every worker has to call this; the first one saves."""
        network, position = self._task.network, self._position
        if not np.isfinite(network.theta).all():
            raise self._diverged("a weight")
        training = {f"state/{name}": rows for name, rows in self._task.state().items()}
        own_vectors = {f"optimizer/{name}": own for name, own in self._optimizer.state.items()}
        if self._average is not None and self._average.average is not None:
            own_vectors["average/theta"] = self._average.average
        for name, own in own_vectors.items():
            whole = np.zeros(network.theta.size, own.dtype)
            whole[self._own] = own
            self._communicator.all_gather(whole)
            training[name] = whole
        progress: dict[str, object] = {
            "step": position.step,
            "epoch_loss": position.epoch_loss,
            "epoch_seconds": position.epoch_seconds,
            "best_loss": position.best_loss if math.isfinite(position.best_loss) else None,
            "epochs_since_best": position.epochs_since_best,
            "optimizer_steps": self._optimizer.steps,
            "random": self._generator.bit_generator.state,
            "fingerprint": self._fingerprint,
        }
        return Checkpoint(
            kind=network.kind,
            configuration=network.configuration,
            weights=network.parameters,
            recipe=self._recipe,
            options=self._options,
            history=position.history,
            progress=progress,
            training=training,
        )

    def _save_last(self) -> None:
        checkpoint = self._checkpoint()
        if self._first:
            save_checkpoint(self._folder / LAST, checkpoint)
        self._saved = time.monotonic()

    def _save_best(self) -> None:
        checkpoint = self._checkpoint()
        checkpoint.training, checkpoint.progress = {}, {}
        if self._first:
            save_checkpoint(self._folder / BEST, checkpoint)

    # -- the loop ----------------------------------------------------------------------------

    def run(self, steps: int | None = None) -> bool:
        """Train to the end, or for `steps` updates; return False if Ctrl-C ended it.

        Raises
        ------
        DivergedError : if the loss, a gradient or a weight is not finite; nothing of it is saved.
        CheckpointError : if a checkpoint can't be written.
        LogError, OSError : if the log can't be.
        """
        task, position = self._task, self._position
        per_epoch, epochs = task.steps_per_epoch, self._options["epochs"]
        begin, end = position.step, epochs * per_epoch
        last = end if steps is None else min(end, begin + steps)
        log = CSVLog(self._log_path if self._first else None, after=position.step)
        progress = Progress(per_epoch, epochs, task.items_per_step, task.unit, not self._first)
        self._saved = time.monotonic()
        # Spawned workers leave signals to worker 0.
        handlers = self._catch_signals() if multiprocessing.parent_process() is None else {}
        try:
            while position.step < last and not self._stop and not self._out_of_patience():
                self._run_epoch(
                    min(last, (position.step // per_epoch + 1) * per_epoch), log, progress
                )
            self._save_last()
            if begin >= end:
                progress.say(
                    f"{begin // per_epoch} of {epochs} epochs are done already; "
                    "--epochs can make them more"
                )
            elif position.step < end and self._out_of_patience():
                held_out = "validation_loss" in position.history[-1]
                progress.say(
                    f"stopped after epoch {position.step // per_epoch}: no better "
                    f"{'validation' if held_out else 'training'} loss "
                    f"for --patience {self._options['patience']}"
                )
            elif position.step < end:
                progress.say(
                    f"stopped after update {position.step} of {end}; "
                    f"saved {self._folder / LAST}, and --resume goes on from there"
                )
        finally:
            progress.close()
            log.close()
            for number, handler in handlers.items():
                signal.signal(number, handler)
        return not self._stop

    def _run_epoch(self, last: int, log: CSVLog, progress: Progress) -> None:
        """Train up to update `last` of this epoch, and validate if that is its end."""
        task, position = self._task, self._position
        per_epoch = task.steps_per_epoch
        epoch, step = divmod(position.step, per_epoch)
        began = time.monotonic() - position.epoch_seconds
        if step == 0:
            position.epoch_loss = 0.0
            if task.start_epoch():
                self._optimizer = _make_optimizer(self._options)
                if self._average is not None:
                    self._average = ExponentialMovingAverage(self._average.decay)
                position.best_loss, position.epochs_since_best = math.inf, 0
        progress.start_epoch(epoch + 1, step)
        while position.step < last and not self._stop:
            loss, norm = self._update(position.step - epoch * per_epoch)
            position.step += 1
            position.epoch_loss += loss
            step = position.step - epoch * per_epoch
            log.write(
                event="step",
                epoch=epoch + 1,
                step=position.step,
                training_loss=loss,
                learning_rate=self._optimizer.learning_rate,
                gradient_norm=norm,
            )
            progress.step(step, position.epoch_loss / step)
            position.epoch_seconds = time.monotonic() - began
            if self._save_is_due and step < per_epoch:  # the end of the epoch saves
                self._save_last()
        if step == per_epoch:
            self._end_epoch(epoch + 1, began, log, progress)
        progress.close()

    def _update(self, step: int) -> tuple[float, float]:
        """Make one update; return the loss and the norm of the gradients before clipping."""
        network, communicator, own = self._task.network, self._communicator, self._own
        network.zero_grad()
        loss = self._task.compute(step)
        communicator.reduce_scatter(network.grad)
        gradient = network.grad[own]
        # A signal, or the time to save, comes to each process at a moment of its own: they agree
        # on the update after which to do it.
        due = self._first and time.monotonic() - self._saved > _SECONDS_BETWEEN_SAVES
        sums = communicator.all_reduce(
            np.array([loss, gradient @ gradient, self._stop_asked_for, due], np.float64)
        )
        loss, norm = float(sums[0]), math.sqrt(sums[1])
        self._stop, self._save_is_due = bool(sums[2]), bool(sums[3])
        if not (math.isfinite(loss) and math.isfinite(norm)):
            raise self._diverged("the gradient" if math.isfinite(loss) else "the loss")
        if self._options["clip"]:
            clip_by_global_norm(gradient, self._options["clip"], norm)
        per_epoch = self._task.steps_per_epoch
        self._optimizer.learning_rate = self._options["learning-rate"] * self._schedule(
            self._position.step, self._options["epochs"] * per_epoch, per_epoch
        )
        self._optimizer.step(network.theta[own], gradient)
        if self._average is not None:
            self._average.update(network.theta[own])
        communicator.all_gather(network.theta)
        return loss, norm

    def _end_epoch(self, epoch: int, began: float, log: CSVLog, progress: Progress) -> None:
        position = self._position
        training_loss = position.epoch_loss / self._task.steps_per_epoch
        with self._averaged_weights():
            measures = self._validate()
            position.epoch_seconds = time.monotonic() - began
            entry = {"epoch": epoch, "training_loss": training_loss, **measures}
            position.history.append({**entry, "seconds": round(position.epoch_seconds, 1)})
            progress.end_epoch(position.history[-1])
            log.write(
                event="epoch",
                epoch=epoch,
                step=position.step,
                training_loss=training_loss,
                validation_loss=measures.get("validation_loss", ""),
            )
            judged = measures.get("validation_loss", training_loss)
            position.epochs_since_best += 1
            position.epoch_seconds = 0.0
            if judged < position.best_loss:
                position.best_loss, position.epochs_since_best = judged, 0
                self._save_best()
        self._save_last()

    @contextmanager
    def _averaged_weights(self) -> Iterator[None]:
        """Let the network have the averaged weights for a while, if this run averages them."""
        if self._average is None or self._average.average is None:
            yield
            return
        theta, own = self._task.network.theta, self._own
        kept = theta[own].copy()
        theta[own] = self._average.average
        self._communicator.all_gather(theta)
        yield
        self._communicator.barrier()  # workers may share theta: the first may still be saving it
        theta[own] = kept
        self._communicator.all_gather(theta)

    def _validate(self) -> dict[str, float]:
        """Validate on the first worker while the others wait."""
        measures: dict[str, float] = {}
        if self._first:
            with one_thread():
                measures = self._task.validate()
        names = ("validation_loss", "validation_accuracy")
        # Of each (is there such a measure?, its value); the other workers add zeros.
        values = np.array([(name in measures, measures.get(name, 0.0)) for name in names])
        found = zip(
            names, self._communicator.all_reduce(values.reshape(-1)).reshape(-1, 2), strict=True
        )
        return {name: float(value) for name, (there, value) in found if there}

    def _out_of_patience(self) -> bool:
        patience = self._options["patience"]
        return 0 < patience <= self._position.epochs_since_best and self._task.in_last_stage

    def _diverged(self, what: str) -> DivergedError:
        return DivergedError(
            f"{what} is no longer finite after update {self._position.step}: try a lower "
            f"--learning-rate than {self._options['learning-rate']:g}, or --clip 1"
        )

    def _catch_signals(self) -> dict[int, Any]:
        """Let Ctrl-C finish the update and save; a second one interrupts at once."""

        def handle(number: int, frame: FrameType | None) -> None:
            if self._stop_asked_for:
                raise KeyboardInterrupt
            self._stop_asked_for = True  # all workers stop after the update in which they agree

        return {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM)}


def _make_optimizer(options: dict[str, Any]) -> Optimizer:
    """Return the optimizer that the options name; `rho` goes to those that have one."""
    kind = OPTIMIZERS[options["optimizer"]]
    arguments = {
        "learning_rate": options["learning-rate"],
        "weight_decay": options["weight-decay"],
    }
    if options["optimizer"] in ("rmsprop", "adadelta"):
        arguments["rho"] = options["rho"]
    return kind(**arguments)
