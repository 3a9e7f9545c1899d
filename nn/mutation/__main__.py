"""The command `python -m glassnet.nn.mutation`: which mistakes in a layer would its test miss?"""

from __future__ import annotations

import argparse
import ast
import importlib
import os
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NamedTuple, NoReturn

import numpy as np

from glassnet.command import run_command
from glassnet.errors import UsageError, UserError, closest
from glassnet.nn.gradcheck import check_layer
from glassnet.nn.mutation.mutants import Mutant, mutants

if TYPE_CHECKING:
    from glassnet.nn.mutation.suite import Outcome

PROGRAM = "python -m glassnet.nn.mutation"
DESCRIPTION = """\
Find the mistakes in a layer that its test would miss.

The file is changed in one place at a time: operators, signs, indices, axes, constants, the order of
arguments, += to =, statements left out. For each of these wrong versions the tests that reach the
changed line run, and at least one of them should fail. Those that pass all tests are listed, with
the line before (-) and after (+) the change. Some of them may compute the same as the right one;
for each of the others there is a test to be written. The file itself stays as it is.
"""
EPILOG = """\
Without --tests the tests are those of the file test_my_layer.py beside my_layer.py, in a folder
tests beside it, or in a folder tests beside its folder; or the file itself, if it is a test file.
Where there is no test yet, --example and --shape say what to call check_layer with:

  python -m glassnet.nn.mutation my_layer.py::RMSNorm --example 'RMSNorm(4)' --shape 3,4

Exit status: 0 if all wrong versions are noticed, 1 if some are not, 2 if nothing could be tried.
"""
CHECKS = """\
import importlib
import numpy as np
from glassnet.nn.gradcheck import check_layer

def check(train):
    layer = eval({example!r}, vars(importlib.import_module({module!r})))
    check_layer(layer, np.random.default_rng(0).standard_normal({shape}), train=train)

def test_gradients():
    check(train=False)

def test_gradients_in_training():
    check(train=True)
"""


class Target(NamedTuple):
    """What is to be changed."""

    file: Path  # resolved
    lines: range  # within these
    spelled: str  # as the user wrote it

    @property
    def top(self) -> Path:
        """The folder that imports of the file start from: above all folders of its package."""
        folder = self.file.parent
        while (folder / "__init__.py").is_file():
            folder = folder.parent
        return folder


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status."""
    return run_command(PROGRAM, _run, arguments)


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message}; --help lists what there is")


def _run(arguments: list[str]) -> int:
    options = _parser().parse_args(arguments)
    try:
        return _report(options)
    except UserError as error:  # status 1 is for mistakes that the tests miss
        raise UsageError(str(error)) from None


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog=PROGRAM,
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument(
        "target",
        metavar="FILE[::NAME]",
        help="what to change: a class or function of a file, such as my_layer.py::RMSNorm, or all "
        "of the file",
    )
    parser.add_argument("--tests", nargs="+", metavar="FILE", help="files or folders of its tests")
    parser.add_argument(
        "--example",
        metavar="LAYER",
        help="instead of tests: an expression that makes the layer, for check_layer",
    )
    parser.add_argument(
        "--shape",
        type=_shape,
        metavar="N,...",
        help="of the input of the example, which is filled with normal numbers",
    )
    parser.add_argument(
        "--jobs",
        type=_positive,
        default=os.cpu_count() or 1,
        metavar="N",
        help="tests run in N processes (default: one for each core)",
    )
    return parser


def _positive(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of at least 1")
    return int(text)


def _shape(text: str) -> tuple[int, ...]:
    parts = text.split(",")
    if not all(part.isdecimal() and int(part) for part in parts):
        raise argparse.ArgumentTypeError(f"{text!r} is not a shape such as 3,4")
    return tuple(map(int, parts))


def _report(options: argparse.Namespace) -> int:
    if not hasattr(os, "fork"):
        raise UsageError("this system has no os.fork, which each wrong version needs")
    try:
        importlib.import_module("pytest")
    except ModuleNotFoundError:
        raise UsageError("this needs pytest; run `pip install pytest`") from None
    target = _target(options.target)
    changed = _changed(target)
    with TemporaryDirectory() as scratch:
        tests = _tests(target, options, Path(scratch))
        start = time.monotonic()
        found = _outcomes(target, changed, tests, options.jobs)
        seconds = time.monotonic() - start
    names = ", ".join(map(_spelled, tests)) if options.example is None else "check_layer"
    missed = [o for o in found if o.status not in {"killed", "timed out"}]
    tail = f"; {len(missed)} {'is' if len(missed) == 1 else 'are'} not:" if missed else ""
    counts = f"{len(found) - len(missed)} of {len(found)} wrong versions"
    print(f"{target.spelled}: {counts} are noticed by {names} ({seconds:.1f} s){tail}")
    _print_missed(missed)
    return int(bool(missed))


def _print_missed(missed: Sequence[Outcome]) -> None:
    for o in sorted(missed):
        reason = {
            "survived": "all tests pass",
            "not reached": "no test reaches this line",
            "went wrong": "it could not be tried",
        }[o.status]
        print(f"\n{_spelled(Path(o.file))}:{o.line}: {reason}\n- {o.before}\n+ {o.after}")


# -- what to change -----------------------------------------------------------------------------


def _target(spelled: str) -> Target:
    name, _, inside = spelled.partition("::")
    file = Path(name)
    if not file.is_file():
        raise UsageError(f"there is no file {name}")
    try:
        text = file.read_text("utf-8")
        tree = ast.parse(text)
    except SyntaxError as error:
        raise UsageError(f"{name}:{error.lineno}: {error.msg}") from None
    except ValueError:
        raise UsageError(f"{name} is not a Python file in UTF-8") from None
    lines = range(1, len(text.splitlines()) + 1)
    if inside:
        lines = _lines_of(tree, name, inside)
    return Target(file.resolve(), lines, spelled)


def _lines_of(tree: ast.Module, file: str, name: str) -> range:
    places = {}
    for node in tree.body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef) and node.end_lineno is not None:
            places[node.name] = range(node.lineno, node.end_lineno + 1)
    if name not in places:
        meant = closest(name, places)
        advice = f"did you mean {meant}?" if meant else f"it has {', '.join(places) or 'none'}"
        raise UsageError(f"{file} has no class or function {name}; {advice}")
    return places[name]


def _changed(target: Target) -> list[Mutant]:
    found = mutants(target.file.read_text("utf-8"))
    found = [mutant for mutant in found if mutant.line in target.lines]
    if not found:
        raise UsageError(f"there is nothing to change in {target.spelled}")
    return found


# -- the tests ----------------------------------------------------------------------------------


def _tests(target: Target, options: argparse.Namespace, scratch: Path) -> list[Path]:
    if options.tests and options.example:
        raise UsageError("choose one of --tests and --example")
    if options.example and not options.shape:
        raise UsageError("--example needs --shape, the shape of an input, such as --shape 3,4")
    if options.shape and not options.example:
        raise UsageError("--shape goes with --example, an expression such as 'RMSNorm(4)'")
    # Where the file may be imported from, after what the tests themselves arrange.
    sys.path += [str(target.top), str(target.file.parent)]
    if options.example:
        return [_checks(target, options.example, options.shape, scratch)]
    for name in options.tests or []:
        if not Path(name.partition("::")[0]).exists():
            raise UsageError(f"there is no file {name}")
    if options.tests:
        return [Path(name).resolve() for name in options.tests]
    for path in _likely(target.file):
        if path.is_file():
            return [path]
    raise UsageError(
        f"there is no {next(_likely(target.file)).name} beside {_spelled(target.file)} or in a "
        "folder tests; name the tests with --tests, or give an --example"
    )


def _likely(file: Path) -> Iterator[Path]:
    """Where the tests of a file may be."""
    if file.stem.startswith("test_") or file.stem.endswith("_test"):
        yield file
    name = f"test_{file.stem.strip('_')}.py"
    for folder in (file.parent, file.parent / "tests", file.parent.parent / "tests"):
        yield folder / name


def _checks(target: Target, example: str, shape: tuple[int, ...], scratch: Path) -> Path:
    """Write tests that call check_layer, after trying whether they pass."""
    module = ".".join(target.file.relative_to(target.top).with_suffix("").parts)
    x = np.random.default_rng(0).standard_normal(shape)
    for train in (False, True):
        try:
            check_layer(eval(example, vars(importlib.import_module(module))), x, train=train)
        except Exception as error:
            reason = f"{type(error).__name__}: {error}".splitlines()[0]
            raise UsageError(f"--example {example} fails without any change: {reason}") from None
    file = scratch / "test_example.py"
    file.write_text(CHECKS.format(example=example, module=module, shape=shape), "utf-8")
    return file


def _outcomes(
    target: Target, changed: Sequence[Mutant], tests: Sequence[Path], jobs: int
) -> list[Outcome]:
    from glassnet.nn.mutation.suite import Suite  # which needs pytest and os.fork

    folders = [target.top, *(path.parent for path in tests)]
    if target.file.is_relative_to(here := Path.cwd().resolve()):
        folders.append(here)
    root = Path(os.path.commonpath(folders))
    name = str(target.file.relative_to(root))
    found: list[Outcome] = []
    suite = Suite(root, [name], [str(path) for path in tests], jobs, strict=True)
    suite.run([(name, mutant) for mutant in changed], found.append)
    return [o._replace(file=str(root / o.file)) for o in found]


def _spelled(path: Path) -> str:
    """A path as a user in this folder would write it."""
    here = Path.cwd().resolve()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


if __name__ == "__main__":
    sys.exit(main())
