"""The text, the corpus, the findings and the ablations on the pages of the tests."""

from glassnet.visualize.neurons.ablation import Ablation
from glassnet.visualize.neurons.search.findings import Finding

TEXT = "the quick brown fox,\njumps over\n\nthe lazy dog.\n"


CORPUS = "a lazy fox,\nthe quick dog\njumps over.\n\n" * 12


STATES = ("hidden", "cell", "forget-gate")


FINDINGS = (
    Finding("vowel", "the letter is a vowel", "AUC", 1, 4, "hidden", 0.95, 0.96, 0.7, "strong"),
    Finding("line-length", "how long it is", "r", 2, 0, "cell", -0.5, -0.6, 0.1, "clear"),
    Finding("capital", "the letter is a capital", "AUC", 2, 5, "hidden", 0.25, 0.2, 0.6, "weak"),
)


MOST_IMPORTANT = (
    Ablation(1, 3, 0.1, 1.5, 1.54),
    Ablation(2, 0, -0.2, 1.5, 1.52),
    Ablation(2, 1, 0.0, 1.5, 1.49),
)
