"""The commands `glassnet train` and `glassnet evaluate`."""

from glassnet.train.command.parsers import parser

__all__ = ["parser"]
