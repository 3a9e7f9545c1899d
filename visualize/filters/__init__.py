"""Filters of the text autoencoder: what they respond to in lines of text."""
