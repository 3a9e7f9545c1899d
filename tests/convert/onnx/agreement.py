"""What the tests of ONNX' files share: outputs of onnxruntime."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from glassnet.convert import Converted, write
from glassnet.nn import Array, Layer


def outputs(path: Path, x: Array, states: dict[str, Array] | None = None) -> dict[str, Array]:
    """What onnxruntime returns for a file, from zeros where no state is given."""
    runtime = pytest.importorskip("onnxruntime")
    options = runtime.SessionOptions()
    options.log_severity_level = 3
    session = runtime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    feed: dict[str, Any] = {}
    for value in session.get_inputs():
        kind = np.float64 if "double" in value.type else np.float32
        if value.name == "input":
            feed["input"] = x.astype(np.int64 if "int64" in value.type else kind)
        else:
            given = (states or {}).get(value.name)
            rows = np.zeros((x.shape[1], value.shape[1]), kind)
            feed[value.name] = rows if given is None else given
    names = [value.name for value in session.get_outputs()]
    return dict(zip(names, session.run(names, feed), strict=True))


def require_agreement(network: Layer, x: Array, folder: Path) -> None:
    """Hold a network to what onnxruntime makes of the file that is written of it."""
    onnx = pytest.importorskip("onnx")
    path = folder / "network.onnx"
    write(Converted(network), path)
    onnx.checker.check_model(str(path), full_check=True)
    ours = network(x)
    theirs = outputs(path, x)["output"]
    assert theirs.dtype == ours.dtype
    scale = max(1.0, float(np.abs(ours).max()))
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-6 * scale)
