"""Notebooks run without Jupyter: every code cell by `exec`, with outputs as a notebook keeps them.

A kernel would bring ipykernel and sockets along, and take seconds to start. Here a warning is an
error, as in all tests, and a traceback names the notebook and the cell.

    python -m tests.examples.notebooks examples/*.ipynb      run notebooks and keep their outputs
"""

import ast
import contextlib
import io
import json
import sys
from pathlib import Path

Cell = dict[str, object]


def run_notebook(path: Path) -> list[Cell]:
    """Run the code cells one after the other, and return all cells with their outputs."""
    cells: list[Cell] = json.loads(path.read_text(encoding="utf-8"))["cells"]
    namespace: dict[str, object] = {"__name__": path.stem}
    count = 0
    for cell in cells:
        if cell["cell_type"] == "code":
            count += 1
            source = "".join(cell["source"])  # type: ignore[arg-type]
            cell["outputs"] = run_cell(source, namespace, count, f"{path.name}, cell {count}")
            cell["execution_count"] = count
    return cells


def run_cell(source: str, namespace: dict[str, object], count: int, name: str) -> list[Cell]:
    """Run a cell; return what it prints and, of a last line that is an expression, the value."""
    body = ast.parse(source, name)
    last = body.body.pop() if body.body and isinstance(body.body[-1], ast.Expr) else None
    value = None
    with contextlib.redirect_stdout(io.StringIO()) as stream:
        exec(compile(body, name, "exec"), namespace)
        if last is not None:
            value = eval(compile(ast.Expression(last.value), name, "eval"), namespace)
    outputs: list[Cell] = []
    if printed := stream.getvalue():
        outputs.append(
            {"name": "stdout", "output_type": "stream", "text": printed.splitlines(keepends=True)}
        )
    if value is not None:
        data = {"text/plain": [f"<{type(value).__name__}>"]}
        if html := getattr(value, "_repr_html_", None):
            data["text/html"] = html().splitlines(keepends=True)
        else:
            data["text/plain"] = repr(value).splitlines(keepends=True)
        outputs.append(
            {
                "data": data,
                "execution_count": count,
                "metadata": {},
                "output_type": "execute_result",
            }
        )
    return outputs


def main(paths: list[str]) -> None:
    """Run notebooks and write the outputs into them."""
    for path in map(Path, paths):
        notebook = json.loads(path.read_text(encoding="utf-8"))
        notebook["cells"] = run_notebook(path)
        text = json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True)
        path.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
