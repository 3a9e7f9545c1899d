"""The command `glassnet learn`: an afternoon of six tasks, from a gradient to a network."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple, cast

from glassnet.command import run_command
from glassnet.errors import UsageError, UserError, closest
from glassnet.learn import finale
from glassnet.learn.folder import (
    DEFAULT,
    Progress,
    find_folder,
    require_folder,
    task_of,
    template,
    write_files,
)
from glassnet.learn.reader import Reader, ReaderError, opened
from glassnet.learn.tasks import TASKS
from glassnet.learn.tasks.neuron import check_functions, counting_loss
from glassnet.learn.tasks.task import Task
from glassnet.learn.wording import PROGRAM, error_lines, filled, untouched, verdict
from glassnet.models import Vocabulary


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status; see `glassnet/command.py`."""
    return run_command(PROGRAM, _learn, arguments)


class _Action(NamedTuple):
    argument: str  # the word that may follow the action
    purpose: str
    run: Callable[[str | None], int]


def _learn(arguments: list[str]) -> int:
    if not arguments:
        return _list()
    name, *words = arguments
    if {"--help", "-h"} & set(arguments):
        print(_help())
        return 0
    if name not in _ACTIONS:
        kind = "option" if name.startswith("-") else "action"
        meant = closest(name, [*_ACTIONS, "--help"])
        advice = f"did you mean {meant}?" if meant else f"choose from {', '.join(_ACTIONS)}"
        raise UsageError(f"there is no {kind} {name}; {advice}")
    if words and words[0].startswith("-"):
        raise UsageError(f"there is no option {words[0]}; --help lists the actions")
    if len(words) > 1:
        raise UsageError(f"unexpected argument {words[1]!r}")
    return _ACTIONS[name].run(words[0] if words else None)


def _help() -> str:
    rows = [(f"{name} {action.argument}", action.purpose) for name, action in _ACTIONS.items()]
    width = max(len(row[0]) for row in rows)
    return "\n".join(
        [
            f"usage: {PROGRAM} [ACTION]",
            "",
            "An afternoon of six tasks of half an hour each: write an LSTM by hand, forward",
            "and backward, train it on Shakespeare, and look at one of its neurons. You fill",
            "in files; the gradients that you compute are checked exactly.",
            "",
            "actions:",
            *(f"  {usage:{width}}  {purpose}" for usage, purpose in rows),
            "",
            "Without an action: the tasks, and how far you are. TASK is the number of a task",
            f"or a file. The files are looked for in this folder, and in {DEFAULT}/ in it.",
        ]
    )


# -- the actions ----------------------------------------------------------------------------------


def _list() -> int:
    folder = find_folder()
    print("An afternoon: six tasks of half an hour. You write an LSTM and train it.\n")
    progress = Progress(folder) if folder is not None else None
    width = max(len(task.title) for task in TASKS)
    for task in TASKS:
        state = progress.state(task) if progress else ""
        print(f"  {task.number}  {task.title:{width}}  {state}".rstrip())
    print()
    if folder is None or progress is None:
        print(f"`{PROGRAM} start` writes the files into {DEFAULT}/.")
    elif progress.state(current := _current(folder)) == "right":
        print("All six are right.")
    else:
        print(f"Next: {folder / current.file}, then `{PROGRAM} check {current.number}`.")
    return 0


def _start(word: str | None) -> int:
    folder = Path(word) if word else DEFAULT
    written = write_files(folder)
    kept = len(TASKS) - len(written)
    if written:
        print(f"Written into {folder}/:\n")
        for path in written:
            print(f"  {path.name}")
        print()
    if kept:
        print(f"Files that were in {folder}/ already, and stay as they were: {kept}.\n")
    print("Each explains its task and has holes, marked `...`. Open the first in an editor:\n")
    print(f"  {folder / TASKS[0].file}\n")
    if folder not in (DEFAULT, Path()):
        print(f"The commands look in the current folder, so go there: cd {folder}")
    print(f"`{PROGRAM} check 1` says what is right, `{PROGRAM} hint 1` helps.")
    return 0


def _check(word: str | None) -> int:
    task, path = _task_and_file(word)
    passed = False
    try:
        if path.read_bytes() == template(task):
            print(untouched(task, path))
        else:
            with opened(path, task.seconds) as reader:
                if _uses_right_files(reader, task):
                    report = task.check(reader)
                    passed = report.passed
                    print(verdict(report, task, path))
    except ReaderError as error:
        print(error_lines(error, task))
    if path.name == task.file:
        Progress(path.parent).set_right(task, passed)
    return 0 if passed else 1


def _hint(word: str | None) -> int:
    task = _task(word)
    index = Progress(require_folder()).next_hint(task)
    print(f"Hint {index + 1} of {len(task.hints)} for task {task.number}, {task.title}:\n")
    print(filled(task.hints[index]))
    if index + 1 < len(task.hints):
        print(f"\n`{PROGRAM} hint {task.number}` again shows the next one.")
    else:
        print(f"\nThat was the last. `{PROGRAM} solution {task.number}` shows the solution.")
    return 0


def _solution(word: str | None) -> int:
    for function in _task(word).solution:
        place = function.__module__.removeprefix("glassnet.").replace(".", "/")
        print(f"# {function.__name__}, from {place}.py of glassnet\n")
        print(_bare(function))
    return 0


def _train(word: str | None) -> int:
    try:
        minutes = float(word or 5)
    except ValueError:
        minutes = 0.0
    if not 0 < minutes < 24 * 60:
        raise UsageError(f"MINUTES must be a positive number, not {word!r}")
    task, path = _task_and_file(str(TASKS[-1].number))
    if path.read_bytes() == template(task):
        print(untouched(task, path))
        return 1
    try:
        with opened(path, 60 * minutes + task.seconds) as reader:
            if not _uses_right_files(reader, task):
                return 1
            report = check_functions(reader)
            if not report.passed:
                print(verdict(report, task, path))
                return 1
            text = finale.text_to_learn()
            counted = counting_loss(Vocabulary.of(text.text).encode(text.text))
            print(f"Your functions learn {text.source}, for {minutes:g} minutes.")
            print(f"Counting characters has a loss of {counted:.3f} nats.\n", flush=True)
            network = finale.train(
                cast(finale.Train, reader.function("train_by_truncated_bptt")),
                cast(finale.CutStreams, reader.function("cut_streams")),
                text,
                60 * minutes,
                lambda line: print(line, flush=True),
            )
    except ReaderError as error:
        print(error_lines(error, task))
        return 1
    saved = path.parent / finale.NETWORK
    finale.save(saved, network, text)
    print(f"\n{saved} is your network. It can write:\n\n  glassnet sample {saved}\n")
    print(f"`{PROGRAM} check {task.number}` looks at its neurons.")
    return 0


_ACTIONS = {
    "start": _Action("[FOLDER]", f"Write the files (into {DEFAULT}/); keep what is there.", _start),
    "check": _Action("[TASK]", "Say what is right and what is wrong.", _check),
    "hint": _Action("[TASK]", "Show a hint; called again, the next one.", _hint),
    "solution": _Action("[TASK]", "Show the solution, as glassnet has it.", _solution),
    "train": _Action("[MINUTES]", "Train the network of task 6, by default for 5 minutes.", _train),
}


# -- words and files ------------------------------------------------------------------------------


def _task_and_file(word: str | None) -> tuple[Task, Path]:
    """Return the task that a word names, and the reader's file of it."""
    if word is not None and not word.isdecimal():
        path = Path(word)
        task = task_of(path)
    else:
        task = _task(word)
        path = require_folder() / task.file
    if not path.is_file():
        raise UserError(f"{path}: there is no such file; `{PROGRAM} start` writes it")
    return task, path


def _task(word: str | None) -> Task:
    """Return the task that a word names: a number, a file, or nothing for the next task."""
    if word is None:
        return _current(require_folder())
    if not word.isdecimal():
        return task_of(Path(word))
    if not 1 <= int(word) <= len(TASKS):
        raise UsageError(f"there is no task {word}; they are 1 to {len(TASKS)}")
    return TASKS[int(word) - 1]


def _current(folder: Path) -> Task:
    """Return the first task that is not right, or else the last one."""
    progress = Progress(folder)
    return next((task for task in TASKS if progress.state(task) != "right"), TASKS[-1])


def _uses_right_files(reader: Reader, task: Task) -> bool:
    """Return whether the files of earlier tasks that this one imports are right; say which not."""
    for earlier in TASKS[: task.number - 1]:
        path = reader.path.with_name(earlier.file)
        if reader.imported(earlier.file) and not _is_right(earlier, path):
            print(
                filled(
                    f"{reader.path.name} uses {earlier.file}, which is not right yet. "
                    f"`{PROGRAM} check {earlier.number}` says what is wrong there."
                )
            )
            return False
    return True


def _is_right(task: Task, path: Path) -> bool:
    """Return whether a file passes its check."""
    try:
        with opened(path) as reader:
            return task.check(reader).passed
    except ReaderError:
        return False


def _bare(function: Callable[..., Any]) -> str:
    """Return the source of a function without types and docstring, as the files have it."""
    source = textwrap.dedent(inspect.getsource(function))
    (node,) = ast.parse(source).body
    assert isinstance(node, ast.FunctionDef)
    parameters = [
        parameter.replace(annotation=inspect.Parameter.empty)
        for parameter in inspect.signature(function).parameters.values()
    ]
    head = f"def {function.__name__}{inspect.Signature(parameters)}:"
    return "\n".join([head, *source.splitlines()[node.body[1].lineno - 1 :]]) + "\n"
