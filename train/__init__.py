"""Training: data sets, experiments and their recipes, objectives, and the loop."""

from glassnet.train.evaluation import evaluate
from glassnet.train.experiments import Evaluation, Experiment, Recipe
from glassnet.train.objectives import BatchObjective, Objective, StreamObjective
from glassnet.train.options import OptionError, TrainingOptions
from glassnet.train.recipes import RECIPES
from glassnet.train.run.trainer import DivergedError, Trainer

__all__ = [
    "RECIPES",
    "BatchObjective",
    "DivergedError",
    "Evaluation",
    "Experiment",
    "Objective",
    "OptionError",
    "Recipe",
    "StreamObjective",
    "Trainer",
    "TrainingOptions",
    "evaluate",
]
