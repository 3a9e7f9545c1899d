"""The search for neurons that mean something."""
