"""Files of Keras 3, read and written with h5py and without Keras.

`files.py` has the two formats; `archive.py` and `weights.py` say what lies where in their files,
`reading.py` and `writing.py` go through the layers of a model, `layers/` has each layer, `axes.py`
tells sequences, which are time-major in glassnet, from rows, and `stacks.py` makes networks of
weights alone.
"""

from glassnet.convert.keras.files import KERAS, KERAS_WEIGHTS

__all__ = ["KERAS", "KERAS_WEIGHTS"]
