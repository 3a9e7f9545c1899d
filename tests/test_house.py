"""The rules of the house: who may import whom, what is imported late, and what is not used at all.

Each rule is a function from a source text to complaints; the tests apply it to every file of the
packages, and to made-up sources that break it.
"""

import ast
import configparser
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[1]

MAY_IMPORT = {
    "nn": {"nn"},
    "models": {"models", "nn", "glassnet"},
    "train": {"train", "models", "nn", "glassnet"},
    "sample": {"sample", "models", "nn", "glassnet"},
    "visualize": {"visualize", "models", "nn", "glassnet"},
    "convert": {"convert", "models", "nn", "glassnet"},
    "learn": {"learn", "train", "visualize", "models", "nn", "glassnet"},
    "glassnet": {"glassnet"},
}
FOLDERS = MAY_IMPORT.keys() - {"glassnet"}
FILES = sorted((ROOT / "glassnet").glob("*.py"))
FILES += [path for folder in sorted(FOLDERS) for path in sorted((ROOT / folder).rglob("*.py"))]
every_file = pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))

PICKLES = {"pickle", "_pickle", "cPickle", "cloudpickle", "dill", "joblib", "marshal", "shelve"}
SEEDED_RANDOMNESS = {"BitGenerator", "Generator", "PCG64", "PCG64DXSM", "Philox", "SFC64"} | {
    "SeedSequence",
    "default_rng",
}


class Import(NamedTuple):
    module: str  # "nn.layer"
    line: int
    late: bool  # inside a function or under `if TYPE_CHECKING:`, not when the module is imported


def imports(source: str, package: str) -> list[Import]:
    """All imports of a module of `package`, wherever they stand in it."""
    return list(_imports(ast.parse(source), package, False))


def _imports(node: ast.AST, package: str, late: bool) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            for alias in child.names:
                yield Import(alias.name, child.lineno, late)
        elif isinstance(child, ast.ImportFrom):
            module = child.module or ""
            if child.level:  # relative: it stays inside the package
                module = f"glassnet.{package}.{module}"
            yield Import(module, child.lineno, late)
        else:
            function = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef)
            typing = isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test)
            yield from _imports(child, package, late or function or typing)


def top(module: str) -> str:
    """The distribution of a module, or the folder of one of glassnet's: `nn` of `glassnet.nn.x`."""
    first, _, rest = module.partition(".")
    if first == "glassnet":
        folder = rest.partition(".")[0]
        return folder if folder in FOLDERS else first
    return first


def bare_imports(source: str, package: str) -> list[str]:
    """Imports of a folder by its own name: a second copy of every class, and only in a clone."""
    return [
        f"line {found.line}: {found.module} is glassnet.{found.module}"
        for found in imports(source, package)
        if found.module.partition(".")[0] in FOLDERS
    ]


# -- the rules ----------------------------------------------------------------------------------


def wrong_directions(source: str, package: str, also: frozenset[str] = frozenset()) -> list[str]:
    """nn ← models ← train, sample, visualize, convert ← learn: no import from above or beside."""
    return [
        f"line {found.line}: {package} imports {found.module}"
        for found in imports(source, package)
        if top(found.module) in MAY_IMPORT.keys() - MAY_IMPORT[package] - also
    ]


def foreign_imports(source: str, package: str, allowed: set[str]) -> list[str]:
    """Third-party modules that are not among those allowed."""
    return [
        f"line {found.line}: {package} imports {found.module}"
        for found in imports(source, package)
        if top(found.module) not in allowed | MAY_IMPORT.keys() | sys.stdlib_module_names
    ]


def early_imports(source: str, package: str, optional: set[str]) -> list[str]:
    """Modules of the extras that are imported along with the module instead of where needed."""
    return [
        f"line {found.line}: {found.module} is imported outside of a function"
        for found in imports(source, package)
        if top(found.module) in optional and not found.late
    ]


def pickles(source: str, package: str) -> list[str]:
    """Ways to pickle: the modules that do, and `allow_pickle` set to anything but False."""
    complaints = [
        f"line {found.line}: imports {found.module}"
        for found in imports(source, package)
        if top(found.module) in PICKLES
    ]
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.keyword) and node.arg == "allow_pickle":
            never = isinstance(node.value, ast.Constant) and node.value.value is False
            complaints += [] if never else [f"line {node.value.lineno}: allow_pickle is not False"]
    return complaints


def global_randomness(source: str) -> list[str]:
    """Uses of NumPy's global random state, or of the standard library's."""
    aliases = {}  # what a name stands for: {"np": "numpy", "npr": "numpy.random"}
    complaints = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                bound = alias.asname or top(alias.name)
                aliases[bound] = alias.name if alias.asname else bound
        elif isinstance(node, ast.ImportFrom) and not node.level:
            for alias in node.names:
                aliases[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute | ast.Name):
            first, _, rest = ast.unparse(node).partition(".")
            dotted = ".".join(filter(None, [aliases.get(first), rest]))
            match = re.fullmatch(r"(?:numpy\.)?random\.(\w+)", dotted)
            if first in aliases and match and match[1] not in SEEDED_RANDOMNESS:
                complaints.append(f"line {node.lineno}: {dotted} is global")
    return complaints


# -- the files hold to them ---------------------------------------------------------------------


def requirements(section: str, option: str) -> set[str]:
    """The modules of the distributions that setup.cfg requires in one place."""
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg", encoding="utf-8")
    names = re.findall(r"^[\w-]+", config[section][option], re.MULTILINE)
    return {{"scikit-learn": "sklearn"}.get(name, name) for name in names}


CORE = requirements("options", "install_requires")
OPTIONAL = {"torch"}.union(  # too large for an extra: those who have files of it have it
    *(
        requirements("options.extras_require", extra)
        for extra in ("plots", "data", "mpi", "interop")
    )
)


def test_the_rules_know_the_requirements() -> None:
    assert {"numpy", "tqdm"} <= CORE
    assert {"matplotlib", "sklearn", "mpi4py", "safetensors"} <= OPTIONAL
    assert not CORE & OPTIONAL


@every_file
def test_imports_point_one_way(path: Path) -> None:
    command = path.is_relative_to(ROOT / "nn" / "mutation")  # which uses the frame of all commands
    also = frozenset({"glassnet"} if command else ())
    assert wrong_directions(path.read_text(encoding="utf-8"), package_of(path), also) == []


@every_file
def test_imports_name_glassnet(path: Path) -> None:
    assert bare_imports(path.read_text(encoding="utf-8"), package_of(path)) == []


@pytest.mark.parametrize(
    "path",
    [
        *ROOT.glob("*.py"),
        *(p for top in ("tests", "benchmarks", "examples") for p in (ROOT / top).rglob("*.py")),
    ],
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_everything_else_imports_glassnet_too(path: Path) -> None:
    assert bare_imports(path.read_text(encoding="utf-8"), "tests") == []


@every_file
def test_imports_are_declared(path: Path) -> None:
    allowed = {"numpy"} if package_of(path) == "nn" else CORE | OPTIONAL
    if path == ROOT / "nn" / "testing.py" or path.parent == ROOT / "nn" / "mutation":
        allowed = {"numpy", "hypothesis", "pytest"}
    assert foreign_imports(path.read_text(encoding="utf-8"), package_of(path), allowed) == []


@every_file
def test_extras_are_imported_where_they_are_used(path: Path) -> None:
    assert early_imports(path.read_text(encoding="utf-8"), package_of(path), OPTIONAL) == []


@every_file
def test_nothing_is_pickled(path: Path) -> None:
    assert pickles(path.read_text(encoding="utf-8"), package_of(path)) == []


@every_file
def test_randomness_is_handed_in(path: Path) -> None:
    assert global_randomness(path.read_text(encoding="utf-8")) == []


def package_of(path: Path) -> str:
    return path.relative_to(ROOT).parts[0]


def test_every_package_is_looked_at() -> None:
    assert {package_of(path) for path in FILES} >= {"nn", "models", "train"}
    assert ROOT / "nn" / "layer.py" in FILES


# -- and the rules find what breaks them --------------------------------------------------------


@pytest.mark.parametrize(
    ("package", "source"),
    [
        ("nn", "import glassnet.models"),
        ("nn", "from glassnet.models.vocabulary import Vocabulary"),
        ("nn", "import numpy, glassnet.train.streams as streams"),
        ("nn", "def f():\n    from glassnet.models import load"),
        (
            "models",
            "class C:\n    def f(self):\n        if True:\n            import glassnet.train",
        ),
        (
            "models",
            "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import glassnet.sample",
        ),
        ("train", "from glassnet.sample import main"),
        ("nn", "from glassnet.files import whole_file"),
        ("glassnet", "from glassnet.nn import Layer"),
        ("sample", "try:\n    import glassnet.visualize.html\nexcept ImportError:\n    pass"),
        ("visualize", "import glassnet.train"),
    ],
)
def test_a_wrong_direction_is_found(package: str, source: str) -> None:
    assert len(wrong_directions(source, package)) == 1


@pytest.mark.parametrize(
    ("package", "source"),
    [
        ("nn", "import numpy as np\nfrom glassnet.nn.layer import Layer\nimport training_notes"),
        ("models", "from . import vocabulary\nfrom .train import x\nfrom glassnet.nn import Dense"),
        ("train", "import glassnet.models, glassnet.nn, glassnet.train.streams"),
        ("sample", "# import train\ntext = 'import train'"),
    ],
)
def test_a_right_direction_is_no_complaint(package: str, source: str) -> None:
    assert wrong_directions(source, package) == []


@pytest.mark.parametrize(
    ("source", "complaints"),
    [
        ("import nn", 1),
        ("from train.data import texts", 1),
        ("from glassnet import nn", 0),
        ("from .nn import x", 0),
        ("import sampler", 0),
    ],
)
def test_a_bare_import_is_found(source: str, complaints: int) -> None:
    assert len(bare_imports(source, "sample")) == complaints


def test_a_foreign_import_is_found() -> None:
    source = (
        "import math\nimport numpy as np\nfrom glassnet.nn import Dense\n"
        "def f():\n    import torch.nn"
    )
    assert foreign_imports(source, "nn", {"numpy"}) == ["line 5: nn imports torch.nn"]
    assert foreign_imports(source, "nn", set()) == [
        "line 2: nn imports numpy",
        "line 5: nn imports torch.nn",
    ]
    assert foreign_imports(source, "nn", {"numpy", "torch"}) == []


@pytest.mark.parametrize(
    ("source", "complaints"),
    [
        ("import matplotlib.pyplot as plt", 1),
        ("from sklearn.manifold import TSNE", 1),
        ("class C:\n    import matplotlib", 1),
        ("try:\n    import sklearn\nexcept ImportError:\n    sklearn = None", 1),
        ("def f():\n    import matplotlib.pyplot as plt\n    import sklearn", 0),
        ("async def f():\n    with x:\n        import sklearn", 0),
        ("import typing\nif typing.TYPE_CHECKING:\n    import matplotlib", 0),
        ("import matplotlib_inline", 0),
    ],
)
def test_an_early_import_is_found(source: str, complaints: int) -> None:
    assert len(early_imports(source, "visualize", {"matplotlib", "sklearn"})) == complaints


@pytest.mark.parametrize(
    ("source", "complaints"),
    [
        ("import pickle", 1),
        ("def f():\n    from joblib import dump", 1),
        ("np.load(path, allow_pickle=True)", 1),
        ("np.load(path, allow_pickle=trusted)", 1),
        ("np.load(path, allow_pickle=False)", 0),
        ("from . import pickle_free", 0),
    ],
)
def test_a_pickle_is_found(source: str, complaints: int) -> None:
    assert len(pickles(source, "models")) == complaints


@pytest.mark.parametrize(
    "source",
    [
        "import numpy as np\nnp.random.seed(0)",
        "import numpy\nx = numpy.random.randn(3)",
        "import numpy.random\nnumpy.random.shuffle(x)",
        "import numpy.random as npr\nnpr.choice(3)",
        "from numpy import random\nrandom.rand(3)",
        "from numpy import random as r\nr.RandomState(0)",
        "from numpy.random import normal\nnormal(3)",
        "import numpy as np\ndraw = np.random.permutation",
        "import random\nrandom.shuffle(x)",
        "from random import choice\nchoice(x)",
    ],
)
def test_global_randomness_is_found(source: str) -> None:
    assert len(global_randomness(source)) == 1


@pytest.mark.parametrize(
    "source",
    [
        "import numpy as np\ng: np.random.Generator = np.random.default_rng(0)\ng.random(3)",
        "from numpy.random import Generator, default_rng\ndefault_rng().shuffle(x)",
        "def f(random):\n    return random.choice(3)",
        "import numpy as np\nnp.random",
        "self.random.shuffle(x)\nshare.generator.random(3)",
    ],
)
def test_seeded_randomness_is_no_complaint(source: str) -> None:
    assert global_randomness(source) == []
