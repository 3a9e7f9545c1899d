"""Attention: each time step reads from all others, or from those before it."""
