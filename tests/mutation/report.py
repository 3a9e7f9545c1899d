"""What a run found, and the survivors that are explained in survivors.txt."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from glassnet.nn.mutation.suite import Outcome

SURVIVORS = Path(__file__).with_name("survivors.txt")
STATUSES = ["killed", "timed out", "survived", "not reached", "went wrong"]
LEFT = STATUSES[2:]  # which no test has killed
Change = tuple[str, str, str]  # file, line before, line after


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


def table(outcomes: Sequence[Outcome], reasons: Mapping[Change, str]) -> str:
    """A line for each file, and below them each survivor as a difference of one line."""
    columns = "".join(f" {name:>11}" for name in ("mutants", *STATUSES, "seconds"))
    lines = [f"{'file':<36}{columns}"]
    for file in [*sorted({outcome.file for outcome in outcomes}), "all"]:
        those = [o for o in outcomes if file in {o.file, "all"}]
        counts = [sum(o.status == status for o in those) for status in STATUSES]
        numbers = "".join(f" {count:>11}" for count in (len(those), *counts))
        lines.append(f"{file:<36}{numbers} {sum(o.seconds for o in those):>11.1f}")
    for o in sorted(outcomes):
        if o.status in LEFT:
            reason = reasons.get((o.file, o.before, o.after), f"{o.status}, not explained")
            lines += ["", f"{o.file}:{o.line}: {reason}", f"- {o.before}", f"+ {o.after}"]
    return "\n".join(lines)
