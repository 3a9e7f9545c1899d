"""Models of networks: `graph.py` puts nodes together, and the others say which a layer is."""
