"""Experiments: for each family of networks its options, data, objective and recipes."""

from glassnet.train.experiments.characters import (
    CharacterExperiment,
    CharacterOptions,
    LSTMOptions,
)
from glassnet.train.experiments.evaluation import Evaluation
from glassnet.train.experiments.experiment import Experiment
from glassnet.train.experiments.images import ImageExperiment, ImageOptions
from glassnet.train.experiments.lines import LineExperiment, LineOptions
from glassnet.train.experiments.recipe import Recipe
from glassnet.train.experiments.stacked import StackedExperiment, StackedOptions
from glassnet.train.experiments.texts import (
    CharacterTextExperiment,
    CharacterTextOptions,
    TextExperiment,
    TextOptions,
)
from glassnet.train.experiments.transformer import TransformerExperiment, TransformerOptions

__all__ = [
    "CharacterExperiment",
    "CharacterOptions",
    "CharacterTextExperiment",
    "CharacterTextOptions",
    "Evaluation",
    "Experiment",
    "ImageExperiment",
    "ImageOptions",
    "LSTMOptions",
    "LineExperiment",
    "LineOptions",
    "Recipe",
    "StackedExperiment",
    "StackedOptions",
    "TextExperiment",
    "TextOptions",
    "TransformerExperiment",
    "TransformerOptions",
]
