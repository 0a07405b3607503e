"""A recorded model as a script and a notebook that train it again without PipeWeave."""

import inspect
import json
import pprint
from typing import Any

import numpy as np
from sklearn.base import clone
from sklearn.compose import TransformedTargetRegressor

from pipeweave_dagster.core.documents import PipelineSpec, TrainedModel
from pipeweave_dagster.core.training.serving import CatBoosted

_HEAD = '''"""Trains the model again: `python train.py ROWS.parquet MODEL.skops`.

ROWS is the typed table that the model learned from (Parquet or CSV). Needs the packages of
requirements.txt and the file score.py beside this one, nothing of PipeWeave.
"""

import sys
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
from lightgbm import LGBMClassifier, LGBMRegressor
from numpy import nan
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.decomposition import TruncatedSVD
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.ensemble import (
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.feature_extraction.text import HashingVectorizer, TfidfTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import KFold, StratifiedKFold
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import (
    OneHotEncoder,
    OrdinalEncoder,
    SplineTransformer,
    StandardScaler,
    TargetEncoder,
)
from sklearn.svm import SVC, SVR
from threadpoolctl import threadpool_limits
from xgboost import XGBClassifier, XGBRegressor

from score import as_number, as_text, prepare, remember, save_bundle

warnings.simplefilter("ignore")

'''
_CATBOOST = """from catboost import CatBoostClassifier, CatBoostRegressor

from score import CatBoosted

"""
_READ = '''
# %% Read the rows.
def read(path):
    """Features, target (codes or values) and weights of the rows whose target is known."""
    table = pd.read_parquet(path) if path.endswith(".parquet") else pd.read_csv(path)
    values = as_text(table[TARGET]) if CLASSES else as_number(table[TARGET])
    known = np.asarray(pd.notna(values))
    weight = None
    if WEIGHT is not None:
        weight = as_number(table[WEIGHT])
        weight = np.where(np.isfinite(weight), weight, 0.0)
        known &= weight > 0
    rows = np.flatnonzero(known)
    if CLASSES:
        lower = {name.lower(): code for code, name in enumerate(CLASSES)}
        exact = {name: code for code, name in enumerate(CLASSES)}
        codes = [exact.get(str(v), lower.get(str(v).lower())) for v in values[rows]]
        y = np.array(codes, dtype=float)
    else:
        y = np.asarray(values[rows], dtype=float)
    if weight is not None:
        weight = weight[rows] / weight[rows].mean()
    return prepare(table.iloc[rows].reset_index(drop=True), FRAME), y, weight


# %% How each kind of model is fitted.
def fit_plain(model, x, y, weight, **how):
    return model.fit(x, y, sample_weight=weight, **how)


def fit_boosted(model, x, y, weight, native):
    inner = getattr(model, "regressor", model)
    how = {"categorical_feature": native} if native and inner.__module__.startswith("light") else {}
    return fit_plain(model, x, y, weight, **how)


def fit_neighbours(model, x, y, weight):
    return model.fit(x.toarray() if hasattr(x, "toarray") else x, y)


def fit_logistic(model, x, y, weight, steps):
    """In stretches of 3, 40, 40 … steps, each going on from the one before."""
    done, stretch = 0, 3
    while done < steps:
        model.set_params(max_iter=stretch).fit(x, y, sample_weight=weight)
        done += stretch
        if max(model.n_iter_) < stretch:
            break
        stretch = 40
    return model


def fit_mlp(model, x, y, weight, stretches):
    x = x.toarray() if hasattr(x, "toarray") else x
    shift, scale = (0.0, 1.0) if CLASSES else (float(np.mean(y)), float(np.std(y)) or 1.0)
    for _ in range(stretches):
        model.fit(x, y if CLASSES else (y - shift) / scale)
    if not CLASSES:
        model.coefs_[-1] = model.coefs_[-1] * scale
        model.intercepts_[-1] = model.intercepts_[-1] * scale + shift
    del model._optimizer
    return model

'''
_MAIN = '''

# %% Train.
def bounds(y):
    """Predicted values are held to the range of the target and a quarter more."""
    low, high = float(np.min(y)), float(np.max(y))
    margin = 0.25 * (high - low)
    return [max(low - margin, 0.0) if low >= 0 else low - margin, high + margin]


def train(path):
    """The model as `score.py` reads it."""
    features, y, weight = read(path)
    seen = {}
    members = []
    for share, columns, fit, model, how in MEMBERS:
        if id(columns) not in seen:
            seen[id(columns)] = columns.fit_transform(features, y)
        with threadpool_limits(1 if fit in (fit_logistic, fit_mlp) else THREADS):
            fitted = fit(model, seen[id(columns)], y, weight, **how)
        member = {
            "pipeline": Pipeline([("features", columns), ("model", fitted)]),
            "classes": list(range(len(CLASSES))),
            "weight": share,
        }
        members.append(member if CLASSES else {**member, "range": bounds(y)})
    bundle = {"task": TASK, "classes": CLASSES, "frame": FRAME, "members": members}
    if TEMPERATURE is not None:
        bundle["temperature"] = TEMPERATURE
    if STACK is not None:
        arrays = {name: np.array(STACK[name]) for name in ("coef", "intercept")}
        bundle["stack"] = {**STACK, **arrays}
        for member, candidate in zip(members, CANDIDATES):
            member["candidate"] = candidate
    if THRESHOLD is not None:
        bundle["threshold"] = THRESHOLD
    if TRUST is not None:
        bundle["memory"] = remember(features[KNOWN_BY], y, len(CLASSES), TRUST)
    return bundle


if __name__ == "__main__":
    save_bundle(train(sys.argv[1]), sys.argv[2])
'''


def script(bundle: dict[str, Any], trained: TrainedModel, spec: PipelineSpec) -> str | None:
    """The text of `train.py`; None for a model that is the mean of models of folds.

    Args:
        bundle: The final model, as `serving.load_bundle` reads it.
        trained: Its document.
        spec: Its pipeline.
    """
    if not trained.recipe or any(member.fold >= 0 for member in trained.recipe):
        return None
    memory = bundle.get("memory", {})
    facts = {
        "TARGET": trained.target,
        "TASK": trained.task,
        "CLASSES": trained.classes,
        "WEIGHT": spec.weight,
        "TEMPERATURE": trained.temperature,
        "TRUST": trained.trust,
        "THRESHOLD": trained.threshold,
        "STACK": _stack(bundle),
        "CANDIDATES": [member.get("candidate") for member in bundle["members"]],
        "KNOWN_BY": memory.get("columns"),
        "THREADS": trained.threads,
        "FRAME": bundle["frame"],
    }
    lines = [f"{name} = {pprint.pformat(value, width=96)}" for name, value in facts.items()]
    about = "# %% What is learned: the target, its classes, and how raw columns become features."
    extra = _CATBOOST if any(member.family == "catboost" for member in trained.recipe) else ""
    return "".join(
        [_HEAD, extra, "\n".join([about, *lines, ""]), _READ, _members(bundle, trained), _MAIN]
    )


def _stack(bundle: dict[str, Any]) -> dict[str, Any] | None:
    """The stack in plain values: it was learned from rows that folds held out, once for all."""
    if "stack" not in bundle:
        return None
    arrays = {name: bundle["stack"][name].tolist() for name in ("coef", "intercept")}
    return {**bundle["stack"], **arrays}


def _members(bundle: dict[str, Any], trained: TrainedModel) -> str:
    """The features and the estimators, spelled out as scikit-learn prints them."""
    names: dict[str, str] = {}
    rows = []
    for member, recipe in zip(bundle["members"], trained.recipe, strict=True):
        columns, model = member["pipeline"][0], member["pipeline"][-1]
        text = _spelled(clone(columns))
        name = names.setdefault(text, f"FEATURES_{len(names) + 1}")
        fit, how = _how(recipe.family, model, columns, recipe.rounds)
        told = _estimator(model, trained.threads)
        comment = "".join(c for c in recipe.name if c.isalnum() or c == "_")
        rows.append(
            f"    # {comment}\n    ({recipe.weight!r}, {name}, {fit},\n     {told},\n     {how!r}),"
        )
    made = [f"{name} = {text}" for text, name in names.items()]
    return "\n".join(["\n# %% The members of the model.", *made, "MEMBERS = [", *rows, "]", ""])


def _spelled(value: Any) -> str:
    """A value as Python text; of an estimator only the parameters that are not its defaults."""
    if hasattr(value, "get_params"):
        known = inspect.signature(type(value).__init__).parameters
        given = [
            f"{name}={_spelled(own)}"
            for name, own in sorted(value.get_params(deep=False).items())
            if repr(own) != repr(known[name].default if name in known else None)
        ]
        return f"{type(value).__name__}({', '.join(given)})"
    if isinstance(value, list):
        return f"[{', '.join(map(_spelled, value))}]"
    if isinstance(value, tuple):
        return f"({', '.join(map(_spelled, value))},)"
    return repr(value.item() if isinstance(value, np.generic) else value)


def _estimator(model: Any, threads: int) -> str:
    """An estimator as it was before fitting, with the threads that it was fitted with."""
    if isinstance(model, TransformedTargetRegressor):
        inner = _estimator(model.regressor_, threads)
        return f"TransformedTargetRegressor({inner}, func=np.log1p, inverse_func=np.expm1)"
    if isinstance(model, CatBoosted):
        return f"CatBoosted({_spelled(model.booster)}, {model.native})"
    plain = clone(model)
    if "n_jobs" in plain.get_params():
        plain.set_params(n_jobs=threads)
    return _spelled(plain)


def _how(family: str, model: Any, columns: Any, rounds: int | None) -> tuple[str, dict[str, Any]]:
    """The function that fits it, and its further arguments."""
    if family in ("lightgbm", "xgboost"):
        where = columns.output_indices_.get("categories", slice(0, 0))
        return "fit_boosted", {"native": list(range(where.start, where.stop))}
    if family == "linear" and hasattr(model, "predict_proba"):
        return "fit_logistic", {"steps": rounds or 300}
    if family == "mlp":
        return "fit_mlp", {"stretches": rounds or 50}
    return ("fit_neighbours" if family == "neighbours" else "fit_plain"), {}


def notebook(text: str) -> str:
    """A script with `# %%` marks as a notebook (nbformat 4.5), one cell a mark."""
    cells = [part for part in ("\n" + text).split("\n# %% ") if part.strip()]
    titles = ["Imports"] + [cell.split("\n", 1)[0] for cell in cells[1:]]
    bodies = [cells[0], *(cell.split("\n", 1)[1] for cell in cells[1:])]
    bodies[-1] = bodies[-1].split("if __name__")[0] + '# bundle = train("ROWS.parquet")'
    found = []
    for number, (title, body) in enumerate(zip(titles, bodies, strict=True)):
        about = {"cell_type": "markdown", "metadata": {}, "source": [f"## {title}"]}
        source = body.strip().splitlines(keepends=True)
        code: dict[str, Any] = {"cell_type": "code", "metadata": {}, "source": source}
        code |= {"execution_count": None, "outputs": []}
        found += [{**about, "id": f"m{number}"}, {**code, "id": f"c{number}"}]
    book = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": found}
    return json.dumps(book, indent=1) + "\n"
