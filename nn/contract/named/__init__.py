"""Numbers of a network by dotted name: views, carried state and statistics."""
