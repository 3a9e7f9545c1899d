"""The layers as a textbook writes them: slow, short, and what the fast ones are tested against."""
