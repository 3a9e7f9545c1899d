"""Autoencoders of digits, drawn as pictures."""
