"""The six tasks: for each its check, the mistakes that it knows, and its hints."""

from glassnet.learn.tasks import bptt, cross_entropy, dense, lstm_step, neuron, truncation
from glassnet.learn.tasks.task import Task

TASKS: tuple[Task, ...] = (
    dense.TASK,
    cross_entropy.TASK,
    lstm_step.TASK,
    bptt.TASK,
    truncation.TASK,
    neuron.TASK,
)
