"""The layers without recurrence, one file for each family."""
