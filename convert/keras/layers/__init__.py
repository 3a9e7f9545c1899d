"""Each layer of Keras that glassnet has too, read and written."""
