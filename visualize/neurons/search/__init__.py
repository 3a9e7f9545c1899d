"""The search for neurons that follow something in the text."""
