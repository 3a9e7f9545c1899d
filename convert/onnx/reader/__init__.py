"""Networks of models: `nodes.py` takes graphs apart, and the others say which layer a node is."""
