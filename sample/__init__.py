"""Turning a trained network's output into text."""

from sample.text import character_probabilities, check_options, draw, stream_text

__all__ = ["character_probabilities", "check_options", "draw", "stream_text"]
