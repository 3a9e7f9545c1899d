"""Data sets: texts and images, found, downloaded and checked."""
