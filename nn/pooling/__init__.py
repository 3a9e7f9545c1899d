"""Pooling: one number for each window of an image or a sequence, or for all of it."""
