"""The rules that keep the tree clean, proved from the syntax trees and from a fresh process.

ruff's banned imports say the same while one types; these tests also see what ruff's configuration
cannot: one folder forgotten in it, and what a module pulls in through others.
"""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "pipeweave_dagster"
MODULES = sorted(PACKAGE.rglob("*.py"))
HEAVY = {"duckdb", "great_expectations", "lightgbm", "matplotlib", "mlflow", "numpy", "pandas"}
HEAVY |= {"pyarrow", "scipy", "sklearn", "skops", "xgboost", "boto3", "botocore"}
KNOW_DAGSTER = {"lib", "defs", "build", "definitions", "cli"}
# definitions -> build -> defs -> lib -> adapters -> core; cli and web stand beside definitions.
MAY_IMPORT = {
    "core": {"core"},
    "settings": {"core"},
    "adapters": {"adapters", "core", "settings"},
    "lib": {"lib", "adapters", "core", "settings"},
    "defs": {"defs", "lib", "adapters", "core", "settings"},
    "build": {"defs", "lib", "adapters", "core", "settings"},
    "definitions": {"build", "settings"},
    "web": {"web", "adapters", "core", "settings"},
    "cli": {"cli", "web", "build", "definitions", "defs", "lib", "adapters", "core", "settings"},
}
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
