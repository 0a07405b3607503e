"""The rules that keep the tree clean, proved from the syntax trees and from a fresh process.

ruff's banned imports say the same while one types; these tests also see what ruff's configuration
cannot: one folder forgotten in it, and what a module pulls in through others.
"""

import ast
import subprocess
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "pipeweave_dagster"
MODULES = sorted(PACKAGE.rglob("*.py"))
HEAVY = {"duckdb", "great_expectations", "lightgbm", "matplotlib", "mlflow", "numpy", "pandas"}
HEAVY |= {"pyarrow", "scipy", "sklearn", "skops", "xgboost", "boto3", "botocore"}
KNOW_DAGSTER = {"lib", "defs", "build", "definitions", "cli"}
# definitions -> build -> defs -> lib -> services -> adapters -> core; cli and web stand beside
# definitions.
MAY_IMPORT = {
    "core": {"core"},
    "settings": {"core"},
    "adapters": {"adapters", "core", "settings"},
    "services": {"services", "adapters", "core", "settings"},
    "lib": {"lib", "services", "adapters", "core", "settings"},
    "defs": {"defs", "lib", "services", "adapters", "core", "settings"},
    "build": {"defs", "lib", "services", "adapters", "core", "settings"},
    "definitions": {"build", "settings"},
    "web": {"web", "services", "adapters", "core", "settings"},
    "cli": {
        "cli", "web", "build", "definitions", "defs", "lib", "services", "adapters", "core",
        "settings",
    },
}  # fmt: skip
# Inside these packages a part may import only parts that are named before it.
ORDER = {
    "core": [
        "errors", "documents", "naming", "number_format", "columns", "charts", "model", "metrics",
        "ingest", "schema", "monitoring", "quality", "landing", "eda", "expectations", "pipelines",
        "training", "explain", "evaluation", "prediction", "export", "advice",
    ],
    "core.ingest": [
        "base", "column_matching", "types", "combine_files", "store_table", "text", "fast_path",
        "formats", "as_text", "build_table", "aligned_batch",
    ],
    "core.training": [
        "families", "data", "artifacts", "search", "out_of_core", "ensemble", "proposal_results",
        "proposal_test",
        "leaderboard", "training_notes", "train_model", "replay_model", "serving",
    ],
    "core.evaluation": [
        "fairness", "segments", "paired_test", "promotion", "audit", "report", "evaluate_model",
    ],
    "cli": ["support", "commands", "app", "__main__"],
}  # fmt: skip
LIGHT = ["definitions", "cli", "web", "adapters.storage", "core.documents", "core.errors"]
LIGHT += [f"core.{p.parent.name}" for p in sorted(PACKAGE.glob("core/*/__init__.py"))]


def part_of(module: Path) -> str:
    """The first folder or file below the package that a module belongs to."""
    return module.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(tree: ast.AST) -> Iterator[str]:
    """Every dotted name that is imported anywhere in a module, also inside functions."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative imports hide the direction"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_every_part_has_its_place() -> None:
    assert {part_of(module) for module in MODULES} - {"__init__"} <= set(MAY_IMPORT)


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_go_one_way(module: Path) -> None:
    part = part_of(module)
    names = [name.split(".") for name in imports(ast.parse(module.read_bytes()))]
    own = {name[1] for name in names if name[0] == "pipeweave_dagster" and len(name) > 1}
    assert own <= MAY_IMPORT.get(part, set()) | {"__version__"}
    others = {name[0] for name in names}
    if part not in KNOW_DAGSTER:
        assert not {name for name in others if name.startswith("dagster")}
    if part == "core":
        outside = {"boto3", "botocore", "google", "great_expectations", "mlflow"}
        assert not others & outside


def module_name(path: Path) -> str:
    """`core.training.data` for its `__init__.py`, `core.errors` for `core/errors.py`."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def module_graph() -> dict[str, set[str]]:
    """Every module with the modules of the package that it imports."""
    names = {module_name(module) for module in MODULES}
    graph: dict[str, set[str]] = {}
    for module in MODULES:
        own = [
            name.removeprefix("pipeweave_dagster.")
            for name in imports(ast.parse(module.read_bytes()))
            if name.startswith("pipeweave_dagster.")
        ]
        found = {name if name in names else name.rpartition(".")[0] for name in own}
        graph[module_name(module)] = found - {module_name(module), ""}
    return graph


def part_graph(package: str) -> dict[str, set[str]]:
    """The parts (folders and files) directly below a package, with the parts they import."""
    above = f"{package}." if package else ""
    parts: dict[str, set[str]] = {}
    for module, found in module_graph().items():
        if module.startswith(above) and module != package and module:
            part = module.removeprefix(above).split(".")[0]
            inner = {n.removeprefix(above).split(".")[0] for n in found if n.startswith(above)}
            parts.setdefault(part, set()).update(inner - {part})
    return parts


@pytest.mark.parametrize("package", ORDER)
def test_the_parts_of_a_package_keep_their_declared_order(package: str) -> None:
    order, parts = ORDER[package], part_graph(package)
    assert set(parts) == set(order)
    for part, found in parts.items():
        assert found <= set(order[: order.index(part)]), part


PACKAGES = sorted({module_name(module) for module in MODULES if module.name == "__init__.py"})


@pytest.mark.parametrize("package", PACKAGES)
def test_no_package_has_a_cycle_between_its_parts(package: str) -> None:
    TopologicalSorter(part_graph(package)).prepare()


@pytest.mark.parametrize("name", LIGHT)
def test_loading_imports_nothing_heavy(name: str) -> None:
    heavy = "{m.split('.')[0] for m in sys.modules}"
    code = f"import sys, pipeweave_dagster.{name}; print(*{heavy})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert not HEAVY & set(done.stdout.split())


def test_loading_the_code_location_costs_little_more_than_dagster() -> None:
    """Counts modules, not seconds: the time is measured in the benchmarks, on a quiet machine."""
    loaded = {"dagster": 0, "pipeweave_dagster.definitions": 0}
    for name in loaded:
        code = f"import sys, {name}; print(len(sys.modules))"
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
        loaded[name] = int(done.stdout)
    assert loaded["pipeweave_dagster.definitions"] - loaded["dagster"] < 400
