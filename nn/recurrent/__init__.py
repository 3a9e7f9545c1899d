"""Recurrent layers, which read a sequence and carry a state from one call to the next."""
