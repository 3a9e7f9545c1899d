"""Change files of nn/ in one place at a time, and see whether their tests notice.

python -m tests.mutation nn/losses.py --sample 50
"""

import argparse
import os
import random
import sys
import time
from pathlib import Path

from tests.mutation.mutants import mutants
from tests.mutation.report import Result, explained, table
from tests.mutation.runner import ROOT, groups_of_tests, run, warm_up


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("files", nargs="*", help="such as nn/losses.py (all of nn/ by default)")
    parser.add_argument("--sample", type=int, metavar="N", help="only N mutants, drawn by chance")
    parser.add_argument("--seed", type=int, default=0, metavar="S", help="of the draw")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes")
    options = parser.parse_args()

    files = options.files or [
        str(path.relative_to(ROOT)) for path in sorted(ROOT.glob("nn/**/*.py"))
    ]
    files = [file for file in files if Path(file).name != "__init__.py"]
    if missing := [file for file in files if not (ROOT / file).is_file()]:
        parser.error(f"there is no file {missing[0]}; give it as nn/losses.py, from {ROOT}")
    drawn = [(file, m) for file in files for m in mutants((ROOT / file).read_text("utf-8"))]
    if options.sample is not None:
        drawn = random.Random(options.seed).sample(drawn, min(options.sample, len(drawn)))

    warm_up("torch")
    results = []
    for file in files:
        chosen = sorted(mutant for name, mutant in drawn if name == file)
        if chosen:
            print(f"{file}: {len(chosen)} mutants", file=sys.stderr, flush=True)
            start = time.monotonic()
            groups = groups_of_tests(file)
            if run(file, [(ROOT / file).read_text("utf-8")], groups, 1, timeout=600)[0]:
                raise SystemExit(f"mutation: the tests of {file} fail without any change")
            timeout = 10 + 5 * (time.monotonic() - start)
            killed = run(file, [mutant.source for mutant in chosen], groups, options.jobs, timeout)
            survivors = [m for m, dead in zip(chosen, killed, strict=True) if not dead]
            results.append(Result(file, len(chosen), survivors, time.monotonic() - start))
    reasons = explained()
    print(table(results, reasons))
    found = ((result.file, m.before, m.after) for result in results for m in result.survivors)
    return int(any(change not in reasons for change in found))


if __name__ == "__main__":
    sys.exit(main())
