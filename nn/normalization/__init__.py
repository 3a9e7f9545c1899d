"""Normalization: rows, or the columns of a batch, shifted and scaled to mean 0 and variance 1."""
