"""A recorded model as a script and a notebook that train it again without PipeWeave."""

import ast
import inspect
import pprint
import sys
from collections.abc import Callable, Iterable
from types import FunctionType
from typing import Any

import numpy as np
from sklearn.base import clone
from sklearn.compose import TransformedTargetRegressor

from pipeweave_dagster.core.documents import Member, PipelineSpec, TrainedModel
from pipeweave_dagster.core.export import standalone_train
from pipeweave_dagster.core.families import FAMILIES
from pipeweave_dagster.core.families.search_space import ALL_ROWS
from pipeweave_dagster.core.model import serving
from pipeweave_dagster.core.model.serving import CatBoosted

_HEAD = '''"""Trains the model again: `python train.py ROWS.parquet MODEL.skops`.

ROWS is the typed table that the model was trained on (Parquet or CSV); rows.parquet, beside this
script, lists which of its rows each member was trained on. Needs the packages of requirements.txt
and the file score.py, nothing of PipeWeave.
"""

from __future__ import annotations

import sys
import warnings
from pathlib import Path
'''
_QUIET = '\nwarnings.simplefilter("ignore")\n'
_MAIN = """

if __name__ == "__main__":
    division = str(Path(__file__).with_name("rows.parquet"))
    save_bundle(train(sys.argv[1], division, ABOUT, MEMBERS), sys.argv[2])
"""


def script(bundle: dict[str, Any], trained: TrainedModel, spec: PipelineSpec) -> str | None:
    """Return the text of `train.py`; None where the rows of a member are not on record.

    These are models of earlier versions, and those with a member that was trained on all rows of a
    table that was sampled for the others.

    Args:
        bundle: The final model, as `serving.load_bundle` reads it.
        trained: Its document.
        spec: Its pipeline.
    """
    if trained.division is None or any(m.params.get(ALL_ROWS) for m in trained.recipe):
        return None
    types: set[type] = set()
    functions: dict[str, Callable[..., Any]] = {}
    members = _members(bundle, trained, types, functions)
    about = pprint.pformat(_about(bundle, trained, spec), width=96, sort_dicts=False)
    fits = "\n\n\n".join(inspect.getsource(each).rstrip() for each in _with_helpers(functions))
    return "".join(
        [
            _HEAD,
            _imports(types),
            _QUIET,
            _definitions(),
            f"\n\n# %% How each kind of estimator is fitted.\n{fits}\n",
            "\n\n# %% What is predicted, and how raw columns become features.\n",
            f"ABOUT = {about}\n",
            members,
            _MAIN,
        ]
    )


def _about(bundle: dict[str, Any], trained: TrainedModel, spec: PipelineSpec) -> dict[str, Any]:
    return {
        "target": trained.target,
        "task": trained.task,
        "classes": trained.classes,
        "weight": spec.weight,
        "rows": trained.sampled_of or trained.rows_train + trained.rows_test + trained.rows_dropped,
        "threads": trained.threads,
        "temperature": trained.temperature,
        "trust": trained.trust,
        "lookup_columns": bundle.get("memory", {}).get("columns"),
        "threshold": trained.threshold,
        "stack": _stack(bundle),
        "frame": bundle["frame"],
    }


def _stack(bundle: dict[str, Any]) -> dict[str, Any] | None:
    """Return the stack in plain values: it was fitted once, on rows that folds held out."""
    if "stack" not in bundle:
        return None
    arrays = {name: bundle["stack"][name].tolist() for name in ("coef", "intercept")}
    return {**bundle["stack"], **arrays}


def _imports(types: set[type]) -> str:
    """Return the imports of `standalone_train` and those of the classes that members use."""
    lines = ["from numpy import nan"]
    for node in ast.parse(inspect.getsource(standalone_train)).body:
        if isinstance(node, ast.ImportFrom) and node.module == serving.__name__:
            node.module, node.names = "score", [*node.names, ast.alias("save_bundle")]
        if isinstance(node, ast.Import | ast.ImportFrom):
            lines.append(ast.unparse(node))
    present = vars(standalone_train).values()
    lines += [f"from {_public(t)} import {t.__name__}" for t in types if t not in present]
    return "\n" + "".join(f"{line}\n" for line in sorted(lines))


def _definitions() -> str:
    """Return the source of `standalone_train` from its first definition on."""
    source = inspect.getsource(standalone_train)
    first = next(n for n in ast.parse(source).body if isinstance(n, ast.ClassDef | ast.FunctionDef))
    line = min([first.lineno, *(decorator.lineno for decorator in first.decorator_list)])
    return "\n\n" + "".join(source.splitlines(keepends=True)[line - 1 :])


def _with_helpers(functions: dict[str, Callable[..., Any]]) -> Iterable[Callable[..., Any]]:
    """Return the functions, each after those of its own package that it calls, by name."""
    found: dict[str, Callable[..., Any]] = {}
    for _, function in sorted(functions.items()):
        code, names = function.__code__, function.__globals__
        called = {n: names[n] for n in code.co_names if _is_helper(names.get(n))}
        found |= {each.__name__: each for each in _with_helpers(called)}
        found[function.__name__] = function
    return found.values()


def _is_helper(value: Any) -> bool:
    own = isinstance(value, FunctionType)
    return own and value.__module__.split(".")[0] not in sys.stdlib_module_names


def _public(kind: type) -> str:
    """Return where users import a class from: `sklearn.svm._classes` is private."""
    module = kind.__module__
    return "score" if module in {serving.__name__, serving.HOME} else module.split("._")[0]


def _members(
    bundle: dict[str, Any],
    trained: TrainedModel,
    types: set[type],
    functions: dict[str, Callable[..., Any]],
) -> str:
    """Return the recipes as Python text; adds their classes and fit functions to the last two."""
    names: dict[str, str] = {}
    rows = []
    for member, recipe in zip(bundle["members"], trained.recipe, strict=True):
        transformer = member["pipeline"][0]
        text = _as_code(clone(transformer), types)
        fields = {
            "weight": repr(recipe.weight),
            "fold": repr(recipe.fold),
            "features": names.setdefault(text, f"FEATURES_{len(names) + 1}"),
            **_fit_fields(member["pipeline"], recipe, trained.threads, types, functions),
        }
        if "candidate" in member:
            fields["candidate"] = repr(member["candidate"])
        comment = "".join(c for c in recipe.name if c.isalnum() or c == "_")
        arguments = "".join(f"        {key}={value},\n" for key, value in fields.items())
        rows.append(f"    # {comment}\n    Recipe(\n{arguments}    ),")
    features = [f"{name} = {text}" for text, name in names.items()]
    return "\n".join(["\n# %% The members of the model.", *features, "MEMBERS = [", *rows, "]", ""])


def _fit_fields(
    pipeline: Any,
    recipe: Member,
    threads: int,
    types: set[type],
    functions: dict[str, Callable[..., Any]],
) -> dict[str, str]:
    """Return the fields of a `Recipe` that say which estimator is fitted, and how."""
    transformer, model = pipeline[0], pipeline[-1]
    log_target = isinstance(model, TransformedTargetRegressor)
    model = model.regressor_ if log_target else model
    family = FAMILIES[recipe.family]
    unfitted = family.unfitted(model, recipe.rounds)
    # The number of threads is part of the recipe: libraries add up in another order with others.
    if hasattr(unfitted, "get_params") and "n_jobs" in unfitted.get_params():
        unfitted.set_params(n_jobs=threads)
    codes = transformer.output_indices_.get("categories", slice(0, 0))
    native = list(range(codes.start, codes.stop)) if family.view == "tree" else []
    function, arguments = family.exported_fit(model, recipe, native)
    functions[function.__name__] = function
    fields = {
        "model": _as_code(unfitted, types),
        "fit": function.__name__,
        "arguments": repr(arguments),
    }
    if recipe.fold >= 0 and recipe.rounds is None:
        fields["early_stopping"] = "True"
    return fields | ({"log_target": "True"} if log_target else {})


def _as_code(value: Any, types: set[type]) -> str:
    """Return a value as Python text; of an estimator only parameters that are not defaults.

    The classes of estimators are added to `types`.
    """
    if isinstance(value, CatBoosted):
        types.add(CatBoosted)
        return f"CatBoosted({_as_code(value.booster, types)}, {value.native})"
    if hasattr(value, "get_params"):
        types.add(type(value))
        known = inspect.signature(type(value).__init__).parameters
        given = [
            f"{name}={_as_code(own, types)}"
            for name, own in sorted(value.get_params(deep=False).items())
            if repr(own) != repr(known[name].default if name in known else None)
        ]
        return f"{type(value).__name__}({', '.join(given)})"
    if isinstance(value, list):
        return f"[{', '.join(_as_code(own, types) for own in value)}]"
    if isinstance(value, tuple):
        return f"({', '.join(_as_code(own, types) for own in value)},)"
    if type(value).__module__.startswith("sklearn."):  # not an estimator, but a splitter of folds
        types.add(type(value))
    if isinstance(value, np.ufunc):
        return f"np.{value.__name__}"
    return repr(value.item() if isinstance(value, np.generic) else value)
