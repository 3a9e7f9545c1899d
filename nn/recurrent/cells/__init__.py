"""Recurrent layers one time step at a time and forward only, for sampling."""
