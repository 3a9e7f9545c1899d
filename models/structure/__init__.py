"""The structure of networks as values that a file can hold, and networks from such values."""
