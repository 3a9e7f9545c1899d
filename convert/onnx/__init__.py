"""Files of ONNX, written of networks whose layers come one after the other, read of cells."""

from glassnet.convert.onnx.files import ONNX

__all__ = ["ONNX"]
