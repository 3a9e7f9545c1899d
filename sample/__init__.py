"""Turning a trained network's output into text, or into images."""

from .images import draw_images, morph, morph_digits, save_images
from .text import character_probabilities, check_options, draw, stream_text

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
