"""Experiments: for each kind of network, its data, the network and what is minimized."""
