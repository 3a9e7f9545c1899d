"""A run of training: the loop, its files, its log and its progress bar."""
