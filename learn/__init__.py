"""An afternoon of six tasks: write an LSTM by hand, train it, and look at a neuron.

`tasks/` has a file for each task, with its check, its hints and the mistakes that it knows;
`templates/` has the files that a reader fills in. `command.py` is the command `glassnet learn`.
"""
