"""The architecture holds: imports go down only, and statistics know no file, no clock and no chance."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "antigone"
OUTSIDE_WORLD = {"io", "logging", "os", "pathlib", "random", "secrets", "shutil", "sys", "tempfile", "time", "uuid"}
ALWAYS_OUTSIDE = {"open", "now", "today", "utcnow", "read_text", "write_text", "read_bytes", "write_bytes"}
NUMPY_FILES = {"fromfile", "genfromtxt", "load", "loadtxt", "memmap", "save", "savetxt", "savez"}
NETWORK = {"aiohttp", "ftplib", "http.client", "httpx", "requests", "smtplib", "socket", "urllib.request", "urllib3"}
SEEDED = {"BitGenerator", "Generator", "PCG64", "SeedSequence", "default_rng"}


def allowed_imports() -> dict[str, set[str]]:
    """The table of docs/architecture.md: layer -> the layers it may import."""
    page = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    layers = page.partition("\n## Layers")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| `(\w+)` \|(.*)\|$", layers, re.MULTILINE)
    return {layer: set(re.findall(r"`(\w+)`", below)) for layer, below in rows}


@lru_cache(maxsize=1)
def modules() -> dict[str, ast.Module]:
    """Every module of the package, parsed, by its dotted name."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        found[name] = ast.parse(path.read_text("utf-8"), filename=str(path))
    return found


def layer_of(module: str) -> str:
    return module.split(".")[1] if "." in module else module


def imported(nodes: Iterator[ast.AST]) -> Iterator[tuple[str, str]]:
    """``(module, name)`` of each import; the name is empty for ``import module``."""
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (("." * node.level + (node.module or ""), alias.name) for alias in node.names)


def upward_imports(module: str, tree: ast.Module, allowed: dict[str, set[str]]) -> list[str]:
    """Imports of our own layers, at any depth of the code, that the module's layer may not make."""
    layer = layer_of(module)
    wrong = []
    for source, name in imported(ast.walk(tree)):
        if source.startswith("."):
            wrong.append(f"{module} imports relatively ({source}); write the full name")
        if source.split(".")[0] != "antigone" or (source, name) == ("antigone", "__version__"):
            continue
        target = name if source == "antigone" and name in allowed else layer_of(source)
        if target != layer and target not in allowed[layer]:
            wrong.append(f"{module} imports {source}: {layer} may not import {target}")
    return wrong


def impurities(module: str, tree: ast.Module) -> list[str]:
    """Files, clocks, environment, unseeded chance and global state."""
    wrong = [f"import {source}" for source, _ in imported(ast.walk(tree)) if source.split(".")[0] in OUTSIDE_WORLD]
    wrong += [f"numpy.random.{name}" for source, name in imported(ast.walk(tree)) if _is_legacy(source, name)]
    wrong += [ast.unparse(node) for node in ast.walk(tree) if _touches_the_world(node)]
    return [f"{module}: {what}" for what in wrong]


def _is_legacy(source: str, name: str) -> bool:
    return source in {"np.random", "numpy.random"} and name not in SEEDED


def _touches_the_world(node: ast.AST) -> bool:
    if isinstance(node, ast.Attribute):
        return _is_legacy(ast.unparse(node.value), node.attr)
    if isinstance(node, ast.Call):
        *owner, function = ast.unparse(node.func).rsplit(".", 1)
        unseeded = function == "default_rng" and not (node.args or node.keywords)
        return unseeded or function in ALWAYS_OUTSIDE or (owner in (["np"], ["numpy"]) and function in NUMPY_FILES)
    return isinstance(node, ast.Global)


def network_imports(tree: ast.Module) -> list[str]:
    names = {f"{source}.{name}".rstrip(".") for source, name in imported(ast.walk(tree))}
    return [name for name in sorted(names) if any((name + ".").startswith(bad + ".") for bad in NETWORK)]


def import_graph(trees: dict[str, ast.Module]) -> dict[str, set[str]]:
    """Imports made while loading; those inside functions come later and close no circle."""
    graph: dict[str, set[str]] = {}
    for module, tree in trees.items():
        pairs = [(source, f"{source}.{name}") for source, name in imported(iter(tree.body))]
        graph[module] = {full if full in trees else source for source, full in pairs} & trees.keys()
    return graph


@pytest.mark.slow
def test_layers__every_module_has_a_place_in_the_architecture():
    known = allowed_imports()
    homeless = sorted({layer_of(module) for module in modules()} - known.keys())
    assert not homeless, f"docs/architecture.md names no layer {homeless}"


def test_layers__table_has_no_circle():
    list(TopologicalSorter(allowed_imports()).static_order())


def test_layers__imports_go_down_only():
    allowed = allowed_imports()
    wrong = [line for module, tree in modules().items() for line in upward_imports(module, tree, allowed)]
    assert not wrong, "\n".join(wrong)


def test_layers__no_import_circle():
    list(TopologicalSorter(import_graph(modules())).static_order())


def room_of(module: str) -> str:
    """The folder of a layer that a module is in; empty for a module that stands beside the folders.

    >>> room_of("antigone.registry.store.migrations.env"), room_of("antigone.engine.kinship")
    ('registry.store', '')
    """
    parts = module.split(".")
    return ".".join(parts[1:3]) if len(parts) > 3 else ""


def room_graph(trees: dict[str, ast.Module]) -> dict[str, set[str]]:
    """Which rooms of a layer import which others of it, at any depth of the code."""
    graph: dict[str, set[str]] = {}
    for module, tree in trees.items():
        for source, name in imported(ast.walk(tree)):
            target = f"{source}.{name}" if f"{source}.{name}" in trees else source
            here, there = room_of(module), room_of(target)
            if here and there and here != there and layer_of(module) == layer_of(target):
                graph.setdefault(here, set()).add(there)
    return graph


def test_layers__no_circle_between_the_rooms_of_a_layer():
    list(TopologicalSorter(room_graph(modules())).static_order())


@pytest.mark.slow
def test_layers__the_api_never_imports_pages():
    assert "web.pages" not in room_graph(modules()).get("web.api", set())


def test_room_graph__a_circle_is_seen():
    code = {
        "antigone.web.a.x": "from antigone.web.b.y import z",
        "antigone.web.b.y": "def f():\n    import antigone.web.a.x",
    }
    graph = room_graph({name: ast.parse(text) for name, text in code.items()})
    assert graph == {"web.a": {"web.b"}, "web.b": {"web.a"}}


MOST_IN_A_ROOM = 15


def test_layers__no_room_is_too_full_to_find_something_in():
    """The versions of the schema are a list that only grows, and each stays as it is."""
    kept = (path for path in PACKAGE.rglob("*.py") if path.name != "__init__.py" and path.parent.name != "versions")
    files = Counter(str(path.parent) for path in kept)
    assert {room: number for room, number in files.items() if number > MOST_IN_A_ROOM} == {}


def test_layers__engine_and_search_know_no_file_clock_or_chance():
    pure = {name: tree for name, tree in modules().items() if layer_of(name) in {"engine", "simulation", "search"}}
    wrong = [line for module, tree in pure.items() for line in impurities(module, tree)]
    assert not wrong, "\n".join(wrong)


def test_layers__nothing_opens_a_network_connection():
    wrong = {module: names for module, tree in modules().items() if (names := network_imports(tree))}
    assert not wrong


CHOOSES_NOTHING = {"engine", "search", "formats", "registry", "report", "web"}
DRAWING = ("antigone.report.pedigree.", "antigone.report.charts.", "antigone.report.paper.")
LIMIT_OF_WORK = re.compile(r"_?(LARGEST|MOST|SECONDS|TRIES|NUMBERS_OF|BETWEEN|SAFE)\w*")
LOST_BY_ROUNDING = {"FLAG_TOLERANCE", "EXACT_SUM", "TIE"}
BOUNDED_OR_STATED = {"CUTS", "LOG_CUT", "FREQUENCIES_AS_THEY_STAND", "LEAST_STEP", "LEAST_APART", "LOG_LIGHT"}


def fractions_of(tree: ast.Module) -> Iterator[str]:
    """The public names of the module's constants that hold a fraction."""
    for node in tree.body:
        if not isinstance(node, ast.Assign | ast.AnnAssign) or node.value is None:
            continue
        if any(isinstance(one, ast.Constant) and isinstance(one.value, float) for one in ast.walk(node.value)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names = [one.id for target in targets for one in ast.walk(target) if isinstance(one, ast.Name)]
            yield from (name for name in names if not name.startswith("_"))


def test_layers__what_draws_a_line_stands_with_the_choices():
    """From where on something is said, listed or left out is said in ``model.assumptions.choices``, not where it is
    used."""
    found = {
        f"{module}: {name}"
        for module, tree in modules().items()
        if layer_of(module) in CHOOSES_NOTHING and not module.startswith(DRAWING)
        for name in fractions_of(tree)
        if not LIMIT_OF_WORK.fullmatch(name) and name not in LOST_BY_ROUNDING | BOUNDED_OR_STATED
    }
    assert found == set()


def test_fractions_of__a_threshold_is_seen():
    assert list(fractions_of(ast.parse("CLEAR = 0.99\nMOST = 3\nA, B = 1, 2.5"))) == ["CLEAR", "A", "B"]


@pytest.mark.parametrize(
    ("module", "code"),
    [
        ("antigone.model.incident.incident", "from antigone.engine import factors"),
        ("antigone.formats.familias.reader", "import antigone.engine.mutation.matrices"),
        ("antigone.report.pages.search", "from antigone.search.pairs.comparison import rank"),
        ("antigone.cli", "def f():\n    from antigone import engine"),
        ("antigone.search.pairs.comparison", "from antigone.registry import store"),
        ("antigone.engine.sums.factors", "from antigone import likelihood_ratio"),
        ("antigone.engine.sums.factors", "from . import mutation"),
    ],
)
def test_upward_imports__are_seen(module, code):
    assert upward_imports(module, ast.parse(code), allowed_imports())


def test_upward_imports__downward_is_allowed():
    code = "from antigone import __version__\nfrom antigone.model.incident.incident import Family\nimport numpy as np"
    assert upward_imports("antigone.search.pairs.comparison", ast.parse(code), allowed_imports()) == []


@pytest.mark.parametrize(
    "code",
    [
        "import time",
        "from time import perf_counter",
        "import random",
        "from pathlib import Path",
        "with open('x') as f: pass",
        "datetime.now(UTC)",
        "dt.date.today()",
        "np.random.seed(1)",
        "np.random.choice([1, 2])",
        "from numpy.random import rand",
        "rng = np.random.default_rng()",
        "def f():\n    global cache",
        "np.load('x')",
        "path.write_text(text)",
    ],
)
def test_impurities__are_seen(code):
    assert impurities("antigone.engine.x", ast.parse(code))


def test_impurities__a_seeded_generator_is_pure():
    code = "def draw(rng: np.random.Generator): return rng.random()\nrng = np.random.default_rng(seed)"
    assert impurities("antigone.engine.x", ast.parse(code)) == []


@pytest.mark.parametrize("code", ["import socket", "from urllib import request", "import http.client", "import httpx"])
def test_network_imports__are_seen(code):
    assert network_imports(ast.parse(code))


def test_import_graph__a_circle_is_seen():
    trees = {"a": ast.parse("import b"), "b": ast.parse("from a import x"), "c": ast.parse("def f():\n    import a")}
    assert import_graph(trees) == {"a": {"b"}, "b": {"a"}, "c": set()}
