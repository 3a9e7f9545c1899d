"""What a run found, and the survivors that are explained in survivors.txt."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from tests.mutation.mutants import Mutant

SURVIVORS = Path(__file__).with_name("survivors.txt")
Change = tuple[str, str, str]  # file, line before, line after


class Result(NamedTuple):
    file: str
    mutants: int
    survivors: list[Mutant]
    seconds: float


def explained(text: str | None = None) -> dict[Change, str]:
    """The reason for each survivor: paragraphs of a file, - the line, + its change, a reason."""
    text = SURVIVORS.read_text("utf-8") if text is None else text
    reasons = {}
    for paragraph in text.strip().split("\n\n"):
        if not paragraph.startswith("#"):
            file, before, after, *reason = paragraph.splitlines()
            if not (before.startswith("- ") and after.startswith("+ ") and reason):
                raise ValueError(f"not a file, - line, + change and reason:\n{paragraph}")
            reasons[file, before[2:], after[2:]] = " ".join(reason)
    return reasons


def table(results: Sequence[Result], reasons: Mapping[Change, str]) -> str:
    """A line for each file, and below them each survivor as a difference of one line."""
    lines = [f"{'file':<36} {'mutants':>8} {'killed':>8} {'survived':>8} {'seconds':>8}"]
    every = [m for result in results for m in result.survivors]
    sums = Result("all", sum(r.mutants for r in results), every, sum(r.seconds for r in results))
    for file, count, survivors, seconds in [*results, sums]:
        left = len(survivors)
        lines.append(f"{file:<36} {count:>8} {count - left:>8} {left:>8} {seconds:>8.1f}")
    for result in results:
        for m in result.survivors:
            reason = reasons.get((result.file, m.before, m.after), "not explained")
            lines += ["", f"{result.file}:{m.line}: {reason}", f"- {m.before}", f"+ {m.after}"]
    return "\n".join(lines)
