"""Objectives: what one update computes, and validation."""

from glassnet.train.objectives.batches import BatchObjective
from glassnet.train.objectives.objective import Objective
from glassnet.train.objectives.split import CorpusError, split
from glassnet.train.objectives.stacked import StackedObjective
from glassnet.train.objectives.streams import StreamObjective
from glassnet.train.objectives.text_loss import text_loss

__all__ = [
    "BatchObjective",
    "CorpusError",
    "Objective",
    "StackedObjective",
    "StreamObjective",
    "split",
    "text_loss",
]
