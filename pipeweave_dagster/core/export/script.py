"""A recorded model as a script and a notebook that train it again without PipeWeave."""

import inspect
import json
import pprint
from typing import Any

import numpy as np
from sklearn.base import clone
from sklearn.compose import TransformedTargetRegressor

from pipeweave_dagster.core.documents import Member, PipelineSpec, TrainedModel
from pipeweave_dagster.core.export import standalone_train
from pipeweave_dagster.core.model import serving
from pipeweave_dagster.core.model.serving import CatBoosted
from pipeweave_dagster.core.training.families.candidate import ALL_ROWS
from pipeweave_dagster.core.training.families.early_stopping import patience_of

_HEAD = '''"""Trains the model again: `python train.py ROWS.parquet MODEL.skops`.

ROWS is the typed table that the model learned from (Parquet or CSV); rows.parquet, beside this
script, says which of its rows each member learned from. Needs the packages of requirements.txt
and the file score.py, nothing of PipeWeave.
"""

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
_IN_NOTEBOOK = '# bundle = train("ROWS.parquet", "rows.parquet", ABOUT, MEMBERS)'
_LOGISTIC_STEPS, _STRETCHES = 300, 50
_BOOSTERS = ("lightgbm", "xgboost", "catboost")
_FITS = {
    **{family: f"fit_{family}" for family in _BOOSTERS},
    "hist_gradient_boosting": "fit_histogram",
    "mlp": "fit_network",
    "neighbours": "fit_neighbours",
}


def script(bundle: dict[str, Any], trained: TrainedModel, spec: PipelineSpec) -> str | None:
    """The text of `train.py`; None where the rows of a member are not on record.

    These are models of earlier versions, and those with a member that learned from all rows of a
    table that was sampled for the others.

    Args:
        bundle: The final model, as `serving.load_bundle` reads it.
        trained: Its document.
        spec: Its pipeline.
    """
    if trained.division is None or any(m.params.get(ALL_ROWS) for m in trained.recipe):
        return None
    about = {
        "target": trained.target,
        "task": trained.task,
        "classes": trained.classes,
        "weight": spec.weight,
        "rows": trained.sampled_of or trained.rows_train + trained.rows_test + trained.rows_dropped,
        "threads": trained.threads,
        "temperature": trained.temperature,
        "trust": trained.trust,
        "known_by": bundle.get("memory", {}).get("columns"),
        "threshold": trained.threshold,
        "stack": _stack(bundle),
        "frame": bundle["frame"],
    }
    told = "# %% What is learned: the target, its classes, and how raw columns become features."
    members, used = _members(bundle, trained)
    source = inspect.getsource(standalone_train).split('"""', 2)[2]
    source = source.replace(
        f"from {serving.__name__} import (\n", "from score import (\n    save_bundle,\n"
    )
    return "".join(
        [
            _HEAD,
            _imports(used),
            source.replace("\n\n_PATIENCE", f"\n{_QUIET}\n_PATIENCE", 1),
            f"\n\n{told}\nABOUT = {pprint.pformat(about, width=96, sort_dicts=False)}\n",
            members,
            _MAIN,
        ]
    )


def _stack(bundle: dict[str, Any]) -> dict[str, Any] | None:
    """The stack in plain values: it was learned from rows that folds held out, once for all."""
    if "stack" not in bundle:
        return None
    arrays = {name: bundle["stack"][name].tolist() for name in ("coef", "intercept")}
    return {**bundle["stack"], **arrays}


def _imports(used: set[type]) -> str:
    """Import lines for classes, from the packages that show them to users."""
    lines = {
        f"from {_public(kind)} import {kind.__name__}\n"
        for kind in used
        if kind not in vars(standalone_train).values()
    }
    return "\n" + "".join(["from numpy import nan\n", *sorted(lines)])


def _public(kind: type) -> str:
    """Where a class is imported from: `sklearn.svm._classes` is not for users."""
    module = kind.__module__
    return "score" if module in {serving.__name__, serving.HOME} else module.split("._")[0]


def _members(bundle: dict[str, Any], trained: TrainedModel) -> tuple[str, set[type]]:
    """Features and estimators, spelled out as scikit-learn prints them, and their classes."""
    names: dict[str, str] = {}
    used: set[type] = set()
    rows = []
    for member, recipe in zip(bundle["members"], trained.recipe, strict=True):
        columns, model = member["pipeline"][0], member["pipeline"][-1]
        name = names.setdefault(_spelled(clone(columns), used), f"FEATURES_{len(names) + 1}")
        told = {
            "weight": repr(recipe.weight),
            "fold": repr(recipe.fold),
            "features": name,
            "model": _spelled(_unfitted(model, recipe, trained.threads), used),
            **_how(model, recipe, columns),
        }
        if "candidate" in member:
            told["candidate"] = repr(member["candidate"])
        comment = "".join(c for c in recipe.name if c.isalnum() or c == "_")
        given = "".join(f"        {key}={value},\n" for key, value in told.items())
        rows.append(f"    # {comment}\n    Recipe(\n{given}    ),")
    made = [f"{name} = {text}" for text, name in names.items()]
    return "\n".join(
        ["\n# %% The members of the model.", *made, "MEMBERS = [", *rows, "]", ""]
    ), used


def _spelled(value: Any, used: set[type]) -> str:
    """A value as Python text; of an estimator only the parameters that are not its defaults.

    The classes of estimators are added to `used`.
    """
    if isinstance(value, CatBoosted):
        used.add(CatBoosted)
        return f"CatBoosted({_spelled(value.booster, used)}, {value.native})"
    if hasattr(value, "get_params"):
        used.add(type(value))
        known = inspect.signature(type(value).__init__).parameters
        given = [
            f"{name}={_spelled(own, used)}"
            for name, own in sorted(value.get_params(deep=False).items())
            if repr(own) != repr(known[name].default if name in known else None)
        ]
        return f"{type(value).__name__}({', '.join(given)})"
    if isinstance(value, list):
        return f"[{', '.join(_spelled(own, used) for own in value)}]"
    if isinstance(value, tuple):
        return f"({', '.join(_spelled(own, used) for own in value)},)"
    if type(value).__module__.startswith("sklearn."):  # no estimator: how folds are made
        used.add(type(value))
    if isinstance(value, np.ufunc):
        return f"np.{value.__name__}"
    return repr(value.item() if isinstance(value, np.generic) else value)


def _inner(model: Any) -> Any:
    """The estimator that learned, be it the logarithm of the target or not."""
    return model.regressor_ if isinstance(model, TransformedTargetRegressor) else model


def _unfitted(model: Any, recipe: Member, threads: int) -> Any:
    """An estimator as it was before fitting, with the threads that it was fitted with."""
    inner = _inner(model)
    if isinstance(inner, CatBoosted):
        return CatBoosted(_again(inner.booster, recipe, threads), inner.native)
    return _again(inner, recipe, threads)


def _again(model: Any, recipe: Member, threads: int) -> Any:
    plain = clone(model)
    if "n_jobs" in plain.get_params():
        plain.set_params(n_jobs=threads)
    # What time cut short is fitted again for as many rounds, and then nothing stops it early.
    if recipe.rounds is not None and recipe.family in _BOOSTERS:
        plain.set_params(n_estimators=recipe.rounds)
    if recipe.rounds is not None and recipe.family == "hist_gradient_boosting":
        plain.set_params(max_iter=recipe.rounds, early_stopping=False)
    return plain


def _how(model: Any, recipe: Member, columns: Any) -> dict[str, str]:
    """The function that fits it, with its further arguments, as arguments of `Recipe`."""
    inner = _inner(model)
    how: dict[str, Any] = {}
    name = _FITS.get(recipe.family, "fit_plain")
    if recipe.family in _BOOSTERS:
        booster = inner.booster if isinstance(inner, CatBoosted) else inner
        how["patience"] = patience_of(booster.get_params()["learning_rate"])
    if recipe.family == "lightgbm":
        where = columns.output_indices_.get("categories", slice(0, 0))
        how["native"] = list(range(where.start, where.stop))
    if recipe.family == "linear" and hasattr(inner, "predict_proba"):
        name, how = "fit_logistic", {"steps": recipe.rounds or _LOGISTIC_STEPS}
    if recipe.family == "mlp":
        how["stretches"] = recipe.rounds or recipe.params.get("stretches", _STRETCHES)
    told = {"fit": getattr(standalone_train, name).__name__, "how": repr(how)}
    if recipe.fold >= 0 and recipe.rounds is None:
        told["watch"] = "True"
    return told | ({"log": "True"} if inner is not model else {})


def notebook(text: str) -> str:
    """A script with `# %%` marks as a notebook (nbformat 4.5), one cell a mark."""
    cells = [part for part in ("\n" + text).split("\n# %% ") if part.strip()]
    titles = ["Imports"] + [cell.split("\n", 1)[0] for cell in cells[1:]]
    bodies = [cells[0], *(cell.split("\n", 1)[1] for cell in cells[1:])]
    bodies[-1] = bodies[-1].split("if __name__")[0] + _IN_NOTEBOOK
    found = []
    for number, (title, body) in enumerate(zip(titles, bodies, strict=True)):
        about = {"cell_type": "markdown", "metadata": {}, "source": [f"## {title}"]}
        source = body.strip().splitlines(keepends=True)
        code: dict[str, Any] = {"cell_type": "code", "metadata": {}, "source": source}
        code |= {"execution_count": None, "outputs": []}
        found += [{**about, "id": f"m{number}"}, {**code, "id": f"c{number}"}]
    book = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": found}
    return json.dumps(book, indent=1) + "\n"
