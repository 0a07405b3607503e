"""Python text for the exported script: imports, definitions, functions, and values."""

import ast
import inspect
import sys
from collections.abc import Callable, Iterable
from types import FunctionType, ModuleType
from typing import Any

import numpy as np

from pipeweave_dagster.core.model.catboost_model import CatBoosted
from pipeweave_dagster.core.model.standalone import standalone_modules
from pipeweave_dagster.core.model.trusted_types import HOME


def import_lines(module: ModuleType, types: set[type]) -> str:
    """Return the imports of a module (`score` for those in it), of the script, and of classes."""
    plain = {"import sys", "import warnings"}
    names = {"numpy": {"nan"}, "pathlib": {"Path"}, "score": {"save_bundle"}}
    for node in ast.parse(inspect.getsource(module)).body:
        if isinstance(node, ast.Import):
            plain.add(ast.unparse(node))
        elif isinstance(node, ast.ImportFrom):
            source = "score" if _is_in_score(str(node.module)) else str(node.module)
            names.setdefault(source, set()).update(alias.name for alias in node.names)
    for kind in types:
        names.setdefault(_public_module(kind), set()).add(kind.__name__)
    lines = {f"from {source} import {', '.join(sorted(own))}" for source, own in names.items()}
    groups: tuple[list[str], list[str]] = ([], [])
    for line in sorted(plain) + sorted(lines):
        groups[line.split()[1].split(".")[0] not in sys.stdlib_module_names].append(line)
    return "\n" + "\n\n".join("\n".join(group) for group in groups) + "\n"


def definitions_of(module: ModuleType) -> str:
    """Return the source of a module from its first definition on."""
    source = inspect.getsource(module)
    first = next(n for n in ast.parse(source).body if isinstance(n, ast.ClassDef | ast.FunctionDef))
    line = min([first.lineno, *(decorator.lineno for decorator in first.decorator_list)])
    return "\n\n" + "".join(source.splitlines(keepends=True)[line - 1 :])


def with_helpers(functions: dict[str, Callable[..., Any]]) -> Iterable[Callable[..., Any]]:
    """Return the functions, each after those of its own package that it calls, by name."""
    found: dict[str, Callable[..., Any]] = {}
    for _, function in sorted(functions.items()):
        code, names = function.__code__, function.__globals__
        called = {n: names[n] for n in code.co_names if _is_helper(names.get(n))}
        found |= {each.__name__: each for each in with_helpers(called)}
        found[function.__name__] = function
    return found.values()


def _is_helper(value: Any) -> bool:
    own = isinstance(value, FunctionType)
    return own and value.__module__.split(".")[0] not in sys.stdlib_module_names


def _public_module(kind: type) -> str:
    """Return where users import a class from: `sklearn.svm._classes` is private."""
    module = kind.__module__
    return "score" if _is_in_score(module) else module.split("._")[0]


def _is_in_score(module: str) -> bool:
    """Return whether `score.py`, which is exported beside the script, has a module's code."""
    return module in {HOME, *(own.__name__ for own in standalone_modules())}


def as_code(value: Any, types: set[type]) -> str:
    """Return a value as Python text; of an estimator only parameters that are not defaults.

    The classes of estimators are added to `types`.
    """
    if isinstance(value, CatBoosted):
        types.add(CatBoosted)
        return f"CatBoosted({as_code(value.booster, types)}, {value.native})"
    if hasattr(value, "get_params"):
        types.add(type(value))
        known = inspect.signature(type(value).__init__).parameters
        given = [
            f"{name}={as_code(own, types)}"
            for name, own in sorted(value.get_params(deep=False).items())
            if repr(own) != repr(known[name].default if name in known else None)
        ]
        return f"{type(value).__name__}({', '.join(given)})"
    if isinstance(value, list):
        return f"[{', '.join(as_code(own, types) for own in value)}]"
    if isinstance(value, tuple):
        inner = ", ".join(as_code(own, types) for own in value)
        return f"({inner},)" if len(value) == 1 else f"({inner})"
    if type(value).__module__.startswith("sklearn."):  # not an estimator, but a splitter of folds
        types.add(type(value))
    if isinstance(value, np.ufunc):
        return f"np.{value.__name__}"
    return repr(value.item() if isinstance(value, np.generic) else value)
