"""Drawing text and images from trained networks.

`text.py` draws text from a character network, `images.py` draws digits from an autoencoder, and
`command/` is `glassnet sample`.
"""

from glassnet.sample.images import draw_images, morph, morph_digits, save_images
from glassnet.sample.text import character_probabilities, draw, stream_text

__all__ = [
    "character_probabilities",
    "draw",
    "draw_images",
    "morph",
    "morph_digits",
    "save_images",
    "stream_text",
]
