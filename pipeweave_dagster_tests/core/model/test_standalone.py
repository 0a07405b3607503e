"""The code of a standalone model is one file without PipeWeave in it."""

import ast
import inspect
import sys
from collections import Counter

from pipeweave_dagster.core.model.standalone import standalone_modules, standalone_source


def test_no_module_defines_a_name_of_another_one():
    """In one file, the second definition would replace the first."""
    names: Counter[str] = Counter()
    for node in ast.parse(standalone_source()).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names[node.name] += 1
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        found = [own for t in targets for own in (t.elts if isinstance(t, ast.Tuple) else [t])]
        names.update(t.id for t in found if isinstance(t, ast.Name))
    assert {name for name, count in names.items() if count > 1} == set()


def test_it_imports_only_what_an_exported_folder_lists():
    listed = {"numpy", "pandas", "sklearn", "skops", "pyarrow", "catboost", "openpyxl"}
    found = set()
    for node in ast.walk(ast.parse(standalone_source())):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(str(node.module).split(".")[0])
    assert found - set(sys.stdlib_module_names) <= listed


def test_every_module_comes_after_those_that_it_imports():
    """What a module needs when it is loaded, such as a base class, is then defined before it."""
    before: set[str] = set()
    for module in standalone_modules():
        tree = ast.parse(inspect.getsource(module))
        own = {n.module for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) and n.module}
        assert {m for m in own if m.startswith("pipeweave_dagster")} <= before, module.__name__
        before.add(module.__name__)


def test_names_of_other_modules_are_imported_as_they_are():
    """Imports of PipeWeave are left out of the one file: an alias would be undefined in it."""
    for module in standalone_modules():
        for node in ast.walk(ast.parse(inspect.getsource(module))):
            if isinstance(node, ast.ImportFrom) and str(node.module).startswith(
                "pipeweave_dagster"
            ):
                assert [alias.asname for alias in node.names if alias.asname] == []
