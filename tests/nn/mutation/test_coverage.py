import threading
from pathlib import Path

from glassnet.nn.mutation.coverage import Tracer, overlaps

SOURCE = """def f(n):
    total = 0
    for i in range(n):
        if i == 2:
            total += 1
    return total


def g():
    return [
        x for x in (1, 2)
    ]
"""


def test_reached_lines_are_noted(tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    namespace: dict[str, object] = {}
    exec(compile(SOURCE, str(file), "exec"), namespace)
    f, g = namespace["f"], namespace["g"]
    assert callable(f)
    assert callable(g)
    tracer = Tracer({file: "a.py"})
    with tracer:
        f(1)
    assert tracer.reached() == {"a.py": [2, 3, 4, 6]}
    with tracer:
        f(3)
        overlaps([1], 1, 1)  # of a file that is not watched
    assert tracer.reached() == {"a.py": [2, 3, 4, 5, 6]}
    with tracer:
        thread = threading.Thread(target=g)
        thread.start()
        thread.join()
    assert tracer.reached() == {"a.py": [10, 11]}
    f(3)
    assert tracer.reached() == {"a.py": [10, 11]}


def test_overlaps() -> None:
    assert overlaps([1, 5], 5, 7)
    assert overlaps([1, 7], 5, 7)
    assert not overlaps([1, 4, 8], 5, 7)
