"""The results of a search and of an ablation as a JSON file."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from glassnet.files import whole_file
from glassnet.visualize.neurons.ablation import Ablation
from glassnet.visualize.neurons.search.findings import Finding


def save_results(
    path: Path | str, findings: Sequence[Finding], ablations: Sequence[Ablation]
) -> None:
    """Write a JSON file: lists `findings` and `ablations` of objects with the fields of each.

    Parameters
    ----------
    path : path or str
        The file to write, whole or not at all.
    findings : sequence of Finding
        What a search found.
    ablations : sequence of Ablation
        The ablations of some neurons.

    Raises
    ------
    OSError
        If the file can't be written.
    """
    content = {
        "findings": [asdict(finding) for finding in findings],
        "ablations": [asdict(ablation) for ablation in ablations],
    }
    with whole_file(path) as file:
        file.write(json.dumps(content, indent=1, allow_nan=False).encode())
