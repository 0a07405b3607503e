"""The rules that keep the tree clean, proved from the syntax trees and from a fresh process.

ruff's banned imports say the same while one types; these tests also see what ruff's configuration
cannot: one folder forgotten in it, and what a module pulls in through others.
"""

import ast
import importlib.util
import json
import subprocess
import sys
from collections.abc import Iterable
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "pipeweave_dagster"
MODULES = sorted(PACKAGE.rglob("*.py"))
HEAVY = {"duckdb", "great_expectations", "lightgbm", "matplotlib", "mlflow", "numpy", "pandas"}
HEAVY |= {"pyarrow", "scipy", "sklearn", "skops", "xgboost", "boto3", "botocore"}
KNOW_DAGSTER = {"lib", "defs", "build", "component", "definitions", "cli"}
# definitions -> build -> defs -> lib -> services -> adapters -> core; cli and web stand beside
# definitions.
MAY_IMPORT = {
    "core": {"core"},
    "notebook": {"notebook", "core"},
    "__init__": {"notebook", "component", "core"},
    "settings": {"settings", "core"},
    "adapters": {"adapters", "core", "settings"},
    "services": {"services", "adapters", "core", "settings"},
    "lib": {"lib", "services", "adapters", "core", "settings"},
    "defs": {"defs", "lib", "services", "adapters", "core", "settings"},
    "build": {"defs", "lib", "services", "adapters", "core", "settings"},
    "component": {"build", "lib"},
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
        "errors", "access", "env_file", "safe_addresses", "suggestions", "cron", "pace",
        "output_paths",
        "time_plan", "documents", "asset_catalog", "naming", "counted", "number_format",
        "arrow_values", "safe_text", "personal_words",
        "hidden_values", "trial_states", "templating",
        "columns", "charts", "model", "metrics",
        "ingest", "schema", "monitoring", "retraining", "alerts", "landing", "sources",
        "quality", "eda", "expectations", "families", "pipelines", "training", "explain",
        "evaluation", "prediction", "performance", "erasure", "export", "advice",
    ],
    "core.ingest": [
        "base", "column_matching", "types", "combine_files", "quarantine",
        "hash_columns", "private_columns", "flag_columns", "batch_flags", "totals", "store_table",
        "text", "sampled_types", "strict_write", "fast_path", "formats", "as_text", "build_table",
        "batch_casts", "batch_types", "batch_numbers", "strict_casts",
        "batch_columns", "coded_texts",
        "typed_file", "text_stream", "further_columns", "batch_fast_path",
        "aligned_batch", "row_search",
    ],
    "core.families": [
        "search_space", "fit", "base", "plug_in", "early_stopping", "tree_paths", "dummy", "linear",
        "hist_gradient_boosting", "lightgbm", "xgboost", "forests", "neighbours", "mlp", "svm",
        "catboost", "candidate",
    ],
    "core.training": [
        "data", "artifacts", "search", "out_of_core", "ensemble", "proposal_results",
        "paired_losses", "proposal_test",
        "leaderboard", "training_notes", "new_groups", "final_model", "train_model",
        "replay_model",
        "readable_twin", "serving",
    ],
    "core.evaluation": [
        "fairness", "segments", "model_changes", "champion_comparison", "against_baseline",
        "promotion", "unpredicted", "evaluation_notes", "audit", "report", "time_slice",
        "other_rows", "score_notes", "model_scores",
        "twin_terms", "readable_twin", "completion",
    ],
    "cli": ["support", "commands", "app", "__main__"],
}  # fmt: skip
LIGHT = [
    "definitions",
    "cli",
    "notebook.dataset",
    "web",
    "adapters.storage",
    "core.documents",
    "core.errors",
]
LIGHT += [f"core.{p.parent.name}" for p in sorted(PACKAGE.glob("core/*/__init__.py"))]


def _load(path: Path) -> ModuleType:
    """The script that draws the tree: drawing and proof use the same functions."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


draw_tree = _load(ROOT / "docs" / "draw_tree.py")
module_graph = cache(draw_tree.module_graph)


def part_of(module: Path) -> str:
    """The first folder or file below the package that a module belongs to."""
    return module.relative_to(PACKAGE).parts[0].removesuffix(".py")


def test_a_cycle_and_an_arrow_that_goes_up_are_seen() -> None:
    """A proof that cannot fail proves nothing."""
    graph = {"core.a": {"core.b"}, "core.b": {"core.c.x"}, "core.c.x": {"core.a"}}
    parts = draw_tree.part_graph(graph, "core")
    assert parts == {"a": {"b"}, "b": {"c"}, "c": {"a"}}
    with pytest.raises(CycleError):
        draw_tree.reduced(parts)


def test_every_part_has_its_place() -> None:
    assert {part_of(module) for module in MODULES} <= set(MAY_IMPORT)


def forbidden_imports(part: str, source: bytes) -> set[str]:
    """What a module of a part imports and may not."""
    names = [name.split(".") for name in draw_tree.imports(ast.parse(source))]
    own = {name[1] for name in names if name[0] == "pipeweave_dagster" and len(name) > 1}
    found = own - MAY_IMPORT[part] - {"__version__"}
    others = {name[0] for name in names}
    if part not in KNOW_DAGSTER:
        found |= {name for name in others if name.startswith("dagster")}
    if part == "core":
        found |= others & {"boto3", "botocore", "google", "great_expectations", "mlflow"}
    return found


@pytest.mark.parametrize("part", MAY_IMPORT)
def test_imports_go_one_way(part: str) -> None:
    modules = [module for module in MODULES if part_of(module) == part]
    found = {str(m.relative_to(ROOT)): forbidden_imports(part, m.read_bytes()) for m in modules}
    assert modules
    assert {module: names for module, names in found.items() if names} == {}


@pytest.mark.parametrize(
    ("part", "line", "name"),
    [
        ("core", b"from pipeweave_dagster.adapters import state", "adapters"),
        ("services", b"import dagster_graphql.client", "dagster_graphql"),
        ("core", b"def f():\n    import mlflow", "mlflow"),
    ],
)
def test_an_import_that_is_not_allowed_is_seen(part: str, line: bytes, name: str) -> None:
    assert forbidden_imports(part, b"import json\n" + line) == {name}


@pytest.mark.xdist_group("module graph")
@pytest.mark.parametrize("package", ORDER)
def test_the_parts_of_a_package_keep_their_declared_order(package: str) -> None:
    order, parts = ORDER[package], draw_tree.part_graph(module_graph(), package)
    assert set(parts) == set(order)
    for part, found in parts.items():
        assert found <= set(order[: order.index(part)]), part


PACKAGES = sorted({draw_tree.module_name(m) for m in MODULES if m.name == "__init__.py"})


@pytest.mark.xdist_group("module graph")
def test_no_package_has_a_cycle_between_its_parts() -> None:
    for package in PACKAGES:  # a cycle is named in the error
        TopologicalSorter(draw_tree.part_graph(module_graph(), package)).prepare()


def hidden_functions(package: str) -> set[str]:
    """The functions of a package that have the name of one of its modules."""
    init = PACKAGE.joinpath(*package.split(".")) / "__init__.py"
    functions = {n.name for n in ast.parse(init.read_text()).body if isinstance(n, ast.FunctionDef)}
    return functions & {path.stem for path in init.parent.iterdir()}


def test_no_module_has_the_name_of_a_function_of_its_package() -> None:
    """Importing such a module replaces the function, which the second call of a worker misses."""
    assert {package: hidden_functions(package) for package in PACKAGES} == {
        package: set() for package in PACKAGES
    }


_LOAD = """
import importlib, json, sys
loaded = {}
for name in sys.argv[1:]:
    known = {*sys.modules}
    importlib.import_module(name)
    loaded[name] = sorted({*sys.modules} - known)
print(json.dumps(loaded))
"""


def loaded_by(*names: str) -> dict[str, list[str]]:
    """What each import adds to `sys.modules` of a new process, one after the other."""
    command = [sys.executable, "-c", _LOAD, *names]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def heavy(modules: Iterable[str]) -> set[str]:
    return HEAVY & {module.split(".")[0] for module in modules}


def test_loading_imports_nothing_heavy() -> None:
    """One process loads all: what none of them adds is in none of them."""
    loaded = loaded_by(*(f"pipeweave_dagster.{name}" for name in LIGHT))
    assert len(loaded) > 20
    assert {name: heavy(added) for name, added in loaded.items() if heavy(added)} == {}


def test_a_heavy_import_is_seen() -> None:
    loaded = loaded_by("json", "pipeweave_dagster.core.model.bundle_scores")
    assert not heavy(loaded["json"])
    assert "numpy" in heavy(loaded["pipeweave_dagster.core.model.bundle_scores"])


def test_loading_the_code_location_costs_little_more_than_dagster() -> None:
    """Counts modules, not seconds: the time is measured in the benchmarks, on a quiet machine."""
    definitions = "pipeweave_dagster.definitions"
    loaded = set(loaded_by("dagster", definitions)[definitions])
    own = {name for name in loaded if name.startswith("pipeweave_dagster")}
    assert len(loaded - own) < 60, sorted(loaded - own)
    assert len(own) < 300, "a module of ours takes about 0.5 ms to load"
