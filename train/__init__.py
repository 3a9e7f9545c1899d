"""Training: `fit` for networks of your own; data sets, experiments and their recipes, the loop."""

from glassnet.train.data import DataError, Images, Text, load_images, load_text
from glassnet.train.evaluation import evaluate_checkpoint
from glassnet.train.experiments import Evaluation, Experiment, Recipe
from glassnet.train.fitting.data import DataMismatchError
from glassnet.train.fitting.fit import fit
from glassnet.train.fitting.history import History
from glassnet.train.fitting.inference import evaluate, predict
from glassnet.train.objectives import BatchObjective, Objective, StreamObjective
from glassnet.train.options import OptionError, TrainingOptions
from glassnet.train.recipes import RECIPES, load_recipes
from glassnet.train.run.trainer import DivergedError, Trainer
from glassnet.train.workers.communicator import Communicator, SingleProcess

__all__ = [
    "RECIPES",
    "BatchObjective",
    "Communicator",
    "DataError",
    "DataMismatchError",
    "DivergedError",
    "Evaluation",
    "Experiment",
    "History",
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
    "evaluate_checkpoint",
    "fit",
    "load_images",
    "load_recipes",
    "load_text",
    "predict",
]
