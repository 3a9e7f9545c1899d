"""The command line of training: its options, and the run that they describe."""
