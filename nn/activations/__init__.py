"""Activations: functions of each element alone, and softmax, a function of a row."""
