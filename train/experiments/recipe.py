"""Recipes: which network, on which data, trained how."""

from __future__ import annotations

from dataclasses import dataclass

from glassnet.models import Network
from glassnet.train.experiments.experiment import Experiment
from glassnet.train.options import TrainingOptions

__all__ = ["Recipe"]


@dataclass(frozen=True)
class Recipe:
    """A network and its training, under a name.

    Attributes
    ----------
    name : str
        What the command line calls it.
    description : str
        One line for `--list`.
    network : type[Network]
        The class of network.
    experiment : type[Experiment]
        How it is trained and on what kind of data.
    options : TrainingOptions
        The options of that experiment; the command line overrides any of them.

    Examples
    --------
    >>> from glassnet.train import RECIPES
    >>> recipe = RECIPES["simple-autoencoder"]
    >>> recipe.description
    '784-32-784: the simplest autoencoder of digits'
    >>> recipe.network.kind, recipe.options.epochs
    ('simple-autoencoder', 50)
    """

    name: str
    description: str
    network: type[Network]
    experiment: type[Experiment]
    options: TrainingOptions

    def load(self, options: TrainingOptions, *, fallback: bool = False) -> Experiment:
        """Load the data and return the experiment.

        Parameters
        ----------
        options : TrainingOptions
            The recipe's options, or a changed copy of them.
        fallback : bool, default False
            Whether an offline data set may take the place of one that can't be had.

        Returns
        -------
        Experiment
            The experiment.

        Raises
        ------
        DataError
            If the data can't be had.
        """
        return self.experiment(self.network, options, fallback=fallback)
