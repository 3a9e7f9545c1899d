"""Neurons of a character network: what they respond to in a text."""
