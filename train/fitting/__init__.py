"""Training networks of your own: `fit`, `evaluate` and `predict`."""
