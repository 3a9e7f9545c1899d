"""Options of training: what each is called, what it may be, and what it means.

A family of networks has a frozen dataclass of options, derived from `TrainingOptions`; each of its
fields knows how the command line reads it. A recipe is an instance of such a class with a name.
"""

from glassnet.train.options.fields import Option, OptionError, flag, option
from glassnet.train.options.training import TrainingOptions

__all__ = ["Option", "OptionError", "TrainingOptions", "flag", "option"]
