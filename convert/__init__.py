"""Weights and networks of other frameworks: reading their files and writing such files.

`registry.py` lists the formats, `format.py` says what a format is, `cells.py` has the layouts of
recurrent cells in all frameworks, `pytorch/` reads and writes state dicts, `characters.py` adds a
vocabulary, `loading.py` fills a network that the user built; `command.py` is `glassnet convert`.
"""

from glassnet.convert.format import ConversionError, Converted, Format
from glassnet.convert.loading import load_weights
from glassnet.convert.registry import FORMATS, find_format, read, write

__all__ = [
    "FORMATS",
    "ConversionError",
    "Converted",
    "Format",
    "find_format",
    "load_weights",
    "read",
    "write",
]
