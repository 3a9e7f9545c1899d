"""Neurons drawn: in a terminal, as a picture, in a notebook, as a page."""
