import json
from pathlib import Path

from glassnet.visualize.neurons.ablation import Ablation
from glassnet.visualize.neurons.results import save_results
from glassnet.visualize.neurons.search.findings import Finding


def test_results_are_objects_with_the_fields_of_each(tmp_path: Path) -> None:
    finding = Finding("vowel", "it is", "AUC", 1, 2, "hidden", 0.75, 0.5, 0.25, "weak")
    save_results(tmp_path / "results.json", [finding], [Ablation(2, 3, 0.5, 1.5, 1.75)])
    assert json.loads((tmp_path / "results.json").read_text()) == {
        "findings": [
            {
                "hypothesis": "vowel",
                "description": "it is",
                "measure": "AUC",
                "layer": 1,
                "neuron": 2,
                "state": "hidden",
                "score": 0.75,
                "chosen": 0.5,
                "baseline": 0.25,
                "verdict": "weak",
            }
        ],
        "ablations": [{"layer": 2, "neuron": 3, "mean": 0.5, "loss": 1.5, "ablated_loss": 1.75}],
    }
