"""The live page: a character network that runs in one HTML file, offline."""
