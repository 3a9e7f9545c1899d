"""Training: data sets, streams, truncated BPTT, the loop, and the recipes."""
