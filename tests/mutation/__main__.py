"""Change glassnet's files in one place at a time, and see whether their tests notice.

python -m tests.mutation nn/layer.py --sample 50
"""

import argparse
import importlib
import json
import os
import random
import signal
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from glassnet.command import run_command
from glassnet.nn.mutation.mutants import Mutant, mutants
from glassnet.nn.mutation.suite import Outcome, Suite
from tests.mutation.report import LEFT, explained, table
from tests.mutation.targets import ROOT, counts, files_of, folders_of


def main(arguments: Sequence[str]) -> int:
    """Run the program; returns 1 if more survive without an explanation than are allowed."""
    options = parse(arguments)
    drawn = drawn_from(options.files or files_of("nn"), options)
    names = {(file, mutant.digest) for file, mutant in drawn}
    found = [o for o in results(options.out) if (o.file, o.digest) in names]
    if not options.resume:
        found = []
    known = {(o.file, o.digest) for o in found}
    drawn = [(file, mutant) for file, mutant in drawn if (file, mutant.digest) not in known]
    print(f"{len(names)} mutants, seed {options.seed}, {len(known)} known", flush=True)
    if options.without_small_products:
        os.environ["OPENBLAS_CORETYPE"] = "Haswell"  # see nn/arithmetic/products.py
    import_pytorch()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    cache = ROOT / ".mutation" / ("large" if options.without_small_products else "all")
    start = time.monotonic()
    with open(options.out, "a" if options.resume else "w", encoding="utf-8") as out:

        def arrived(outcome: Outcome) -> None:
            found.append(outcome)
            out.write(json.dumps(outcome._asdict()) + "\n")
            out.flush()
            seconds = time.monotonic() - start
            if len(found) % 100 == 0:
                print(f"{len(found)} after {seconds:.0f} s", file=sys.stderr, flush=True)
            if options.seconds is not None and seconds > options.seconds:
                raise KeyboardInterrupt

        try:
            run(drawn, options.jobs, cache, arrived)
        except KeyboardInterrupt:
            print(f"stopped with {len(found)} done", file=sys.stderr)
    reasons = explained()
    print(table(found, reasons))
    left = [o for o in found if o.status in LEFT]
    unexplained = sum((o.file, o.before, o.after) not in reasons for o in left)
    return int(unexplained > options.allowed)


def import_pytorch() -> None:
    """Import PyTorch, if it is installed, once instead of in each fork that runs a test with it."""
    os.environ["CUDA_VISIBLE_DEVICES"] = ""  # a GPU can't be used in forks
    with suppress(ImportError):
        importlib.import_module("torch").set_num_threads(1)
        importlib.import_module("torch._dynamo")  # as its optimizers do at their first step


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("files", nargs="*", help="such as nn/layer.py (all of nn/ by default)")
    parser.add_argument("--sample", type=int, metavar="N", help="only N mutants, drawn by chance")
    parser.add_argument("--seed", default="0", metavar="TEXT", help="of the draw and the order")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes")
    parser.add_argument("--seconds", type=float, metavar="S", help="stop after this time")
    parser.add_argument(
        "--allowed", type=int, default=0, metavar="N", help="survivors that may lack a reason"
    )
    parser.add_argument("--out", default=os.devnull, help="write outcomes here, one a line, JSON")
    parser.add_argument("--resume", action="store_true", help="leave out those in --out already")
    parser.add_argument(
        "--survivors-of", metavar="OUT", help="only those that survived in such a file"
    )
    parser.add_argument(
        "--without-small-products",
        action="store_true",
        help="as where small matrix products are not faster: then other lines are used",
    )
    options = parser.parse_args(arguments)
    for place, file in enumerate(options.files):
        if (ROOT / file).is_dir():
            options.files[place : place + 1] = files_of(file)
        elif not (ROOT / file).is_file():
            parser.error(f"there is no file {file}; give it as nn/layer.py, from {ROOT}")
    return options


def drawn_from(files: list[str], options: argparse.Namespace) -> list[tuple[str, Mutant]]:
    """The mutants to try, in an order by chance, so that one can stop at any time."""
    drawn = [(file, m) for file in files for m in mutants((ROOT / file).read_text("utf-8"))]
    if options.survivors_of:
        left = {
            (o.file, o.before, o.after) for o in results(options.survivors_of) if o.status in LEFT
        }
        drawn = [(file, m) for file, m in drawn if (file, m.before, m.after) in left]
    random.Random(options.seed).shuffle(drawn)
    return drawn[: options.sample]


def run(
    drawn: list[tuple[str, Mutant]], jobs: int, cache: Path, arrived: Callable[[Outcome], object]
) -> None:
    """Run the tests that belong to each mutant."""
    groups: dict[tuple[str, ...], list[tuple[str, Mutant]]] = {}
    for file, mutant in drawn:
        groups.setdefault(tuple(folders_of(file)), []).append((file, mutant))
    for tests, those in groups.items():
        folders = sorted({Path(file).parts[0] for file, _ in those})
        watched = [file for folder in folders for file in files_of(folder)]
        suite = Suite(ROOT, watched, tests, jobs, cache, counts)
        suite.run(those, arrived)
        for note in suite.notes:
            print(f"left out: {note}", file=sys.stderr)


def results(path: str) -> list[Outcome]:
    """The outcomes that an earlier run wrote."""
    if not Path(path).is_file():
        return []
    lines = Path(path).read_text("utf-8").split("\n")[:-1]  # the last may be cut off
    return [Outcome(**json.loads(line)) for line in lines if line]


if __name__ == "__main__":
    sys.exit(run_command("python -m tests.mutation", main))
