"""Turning a trained network's output into text, or into images."""

from glassnet.sample.images import draw_images, morph, morph_digits, save_images
from glassnet.sample.text import character_probabilities, check_options, draw, stream_text

__all__ = [
    "character_probabilities",
    "check_options",
    "draw",
    "draw_images",
    "morph",
    "morph_digits",
    "save_images",
    "stream_text",
]
