"""Training: data sets, experiments and their recipes, objectives, and the loop."""

from glassnet.train.data import DataError, Images, Text, load_images, load_text
from glassnet.train.evaluation import evaluate
from glassnet.train.experiments import Evaluation, Experiment, Recipe
from glassnet.train.objectives import BatchObjective, Objective, StreamObjective
from glassnet.train.options import OptionError, TrainingOptions
from glassnet.train.recipes import RECIPES
from glassnet.train.run.trainer import DivergedError, Trainer
from glassnet.train.workers.communicator import Communicator, SingleProcess

__all__ = [
    "RECIPES",
    "BatchObjective",
    "Communicator",
    "DataError",
    "DivergedError",
    "Evaluation",
    "Experiment",
    "Images",
    "Objective",
    "OptionError",
    "Recipe",
    "SingleProcess",
    "StreamObjective",
    "Text",
    "Trainer",
    "TrainingOptions",
    "evaluate",
    "load_images",
    "load_text",
]
