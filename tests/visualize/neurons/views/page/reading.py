"""The data of a page, decoded in Python."""

import base64
import json
import re
from typing import Any

import numpy as np
import pytest

from glassnet.nn import Array
from glassnet.visualize import Activations, neurons_page


def make(activations: Activations, title: str = "title", **more: Any) -> str:
    return neurons_page(activations, activations.neuron(2, 3, activations.states[0]), title, **more)


def block(content: str, name: str, rows: int, kind: str) -> Array:
    """An array of the page, (rows, ...): each row is base64 on its own, and equally long."""
    found = re.findall(f'<script type="text/plain" id="{name}">([^<]*)</script>', content)
    assert len(found) == 1
    assert len(found[0]) % rows == 0
    width = len(found[0]) // rows
    decoded = [
        np.frombuffer(base64.b64decode(found[0][start : start + width], validate=True), kind)
        for start in range(0, len(found[0]), width)
    ]
    return np.stack(decoded)


def data_of(content: str) -> dict[str, Any]:
    pattern = '<script type="application/json" id="data">([^<]*)</script>'
    return json.loads(re.search(pattern, content)[1], parse_constant=pytest.fail)
