"""Files of ONNX, written of networks whose layers come one after the other.

`graph.py` puts nodes together, `layers.py`, `images.py` and `recurrent.py` say which nodes a layer
is, and `writing.py` makes models of them.
"""

from glassnet.convert.onnx.files import ONNX

__all__ = ["ONNX"]
