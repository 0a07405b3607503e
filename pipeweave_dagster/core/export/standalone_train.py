"""Fits the members of a recorded model again, each on the rows that it learned from.

The source of this module is the last part of an exported `train.py`, so it takes nothing of
PipeWeave but `serving`, which is exported beside it as `score.py`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import clone
from sklearn.metrics import log_loss
from sklearn.pipeline import Pipeline
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from pipeweave_dagster.core.model.serving import (
    as_number,
    as_text,
    bounds,
    in_units,
    prepare,
    remember,
)

_PATIENCE = 5


@dataclass(frozen=True)
class Recipe:
    """One member of the model.

    Attributes:
        weight: Its part of the mean.
        fold: The fold whose rows it did not learn from; -1 if it learned from all rows.
        features: How prepared columns become numbers, not fitted.
        model: The estimator, not fitted.
        fit: How that kind of estimator is fitted.
        how: Further arguments of `fit`.
        watch: Whether the rows of the fold say when to stop.
        log: Whether log(1 + y) is learned.
        candidate: Its place in the stack, if there is one.
    """

    weight: float
    fold: int
    features: Any
    model: Any
    fit: Callable[..., Any]
    how: dict[str, Any] = field(default_factory=dict)
    watch: bool = False
    log: bool = False
    candidate: int | None = None


@dataclass(frozen=True)
class Learned:
    """What one fit sees: features, codes or values, weights, and rows to stop early on."""

    columns: Any
    known: list[int]
    x: Any
    y: np.ndarray
    weight: np.ndarray | None
    x_valid: Any
    y_valid: Any


# %% Read the rows.
def read_rows(rows: str, division: str, about: dict[str, Any]) -> tuple[pd.DataFrame, Any, Any]:
    """The rows that were learned from or tested on: how they were divided, targets, weights.

    Args:
        rows: The typed table (Parquet or CSV).
        division: Which of its rows were used, and by which fold (Parquet).
        about: Target, classes and so on.
    """
    table = pd.read_parquet(rows) if rows.endswith(".parquet") else pd.read_csv(rows)
    part = pd.read_parquet(division)
    if len(table) != about["rows"]:
        raise SystemExit(f"{rows} has {len(table)} rows, the model learned from {about['rows']}.")
    table = table.iloc[part["row"]].reset_index(drop=True)
    target = table[about["target"]]
    if about["classes"]:
        codes = {name.lower(): code for code, name in enumerate(about["classes"])}
        codes |= {name: code for code, name in enumerate(about["classes"])}
        texts = [str(label) for label in as_text(target)]
        y = np.array([codes.get(text, codes.get(text.lower())) for text in texts], dtype=np.float64)
    else:
        y = as_number(target)
    weight = as_number(table[about["weight"]]) if about["weight"] else None
    features = prepare(table, about["frame"])
    return features, part.assign(y=y), None if weight is None else weight / weight.mean()


def learned(
    recipe: Recipe, features: pd.DataFrame, part: pd.DataFrame, weight: Any, *, classify: bool
) -> Learned:
    """The features of one fold, fitted on the rows that it learned from."""
    y = part["y"].to_numpy()
    side = np.ones(len(y)) if recipe.fold < 0 else part[f"fold_{recipe.fold}"].to_numpy()
    learn, valid = np.flatnonzero(side == 1), np.flatnonzero(side == 2)
    known = np.unique(y[learn])
    own = np.searchsorted(known, y[learn]).astype(np.float64) if classify else y[learn]
    columns = clone(recipe.features)
    x = columns.fit_transform(features.iloc[learn], own)
    if classify:
        valid = valid[np.isin(y[valid], known)]
    watched = recipe.watch and len(valid) > 0
    return Learned(
        columns=columns,
        known=[int(code) for code in known] if classify else [],
        x=x,
        y=own,
        weight=None if weight is None else weight[learn],
        x_valid=columns.transform(features.iloc[valid]) if watched else None,
        y_valid=np.searchsorted(known, y[valid]).astype(float) if classify else y[valid],
    )


# %% How each kind of estimator is fitted.
def fit_plain(model: Any, rows: Learned) -> Any:
    """Estimators that take weights and nothing else."""
    return model.fit(rows.x, rows.y, sample_weight=rows.weight)


def fit_histogram(model: Any, rows: Learned) -> Any:
    """Histogram gradient boosting of scikit-learn."""
    watch = {} if rows.x_valid is None else {"X_val": rows.x_valid, "y_val": rows.y_valid}
    return model.fit(rows.x, rows.y, sample_weight=rows.weight, **watch)


def fit_lightgbm(model: Any, rows: Learned, native: list[int], patience: int) -> Any:
    """LightGBM; `native` are the positions of category codes."""
    from lightgbm import early_stopping

    how: dict[str, Any] = {"categorical_feature": native or "auto"}
    if rows.x_valid is not None:
        stop = early_stopping(patience, first_metric_only=True, verbose=False)
        how |= {"eval_X": rows.x_valid, "eval_y": rows.y_valid, "callbacks": [stop]}
    return model.fit(rows.x, rows.y, sample_weight=rows.weight, **how)


def fit_xgboost(model: Any, rows: Learned, patience: int) -> Any:
    """XGBoost."""
    watch = None if rows.x_valid is None else [(rows.x_valid, rows.y_valid)]
    model.set_params(early_stopping_rounds=None if watch is None else patience)
    model.fit(rows.x, rows.y, sample_weight=rows.weight, eval_set=watch, verbose=False)
    model.evals_result_ = {}
    return model.set_params(early_stopping_rounds=None)


def fit_catboost(model: Any, rows: Learned, patience: int) -> Any:
    """CatBoost, as `CatBoosted` wraps it."""
    how: dict[str, Any] = {}
    if rows.x_valid is not None:
        watch = model.pool(rows.x_valid, rows.y_valid)
        how = {"eval_set": watch, "early_stopping_rounds": patience, "use_best_model": True}
    return model.fit(rows.x, rows.y, rows.weight, **how)


def fit_neighbours(model: Any, rows: Learned) -> Any:
    """Nearest neighbours take no weights."""
    return model.fit(dense(rows.x), rows.y)


def fit_logistic(model: Any, rows: Learned, steps: int) -> Any:
    """In stretches of 3, 40, 40 … steps, each going on from the one before."""
    done, stretch = 0, 3
    with threadpool_limits(1):
        while done < steps:
            model.set_params(max_iter=stretch).fit(rows.x, rows.y, sample_weight=rows.weight)
            done += stretch
            if max(model.n_iter_) < stretch:
                break
            stretch = 40
    return model


def fit_network(model: Any, rows: Learned, stretches: int) -> Any:
    """A few epochs at a time; the weights of the stretch that was best on the watched rows."""
    classify = hasattr(model, "predict_proba")
    shift, scale = (0.0, 1.0) if classify else (rows.y.mean(), rows.y.std() or 1.0)
    best, kept, kept_at = np.inf, None, 0
    x, x_valid = dense(rows.x), dense(rows.x_valid)
    for done in range(1, stretches + 1):
        with threadpool_limits(1):
            target = rows.y if classify else (rows.y - shift) / scale
            model.fit(x, target, sample_weight=rows.weight)
        loss = -np.inf
        if x_valid is not None and classify:
            names = np.arange(len(rows.known))
            loss = log_loss(rows.y_valid, model.predict_proba(x_valid), labels=names)
        elif x_valid is not None:
            loss = np.mean(((rows.y_valid - shift) / scale - model.predict(x_valid)) ** 2)
        if x_valid is None or loss < best:
            best, kept_at = loss, done
            kept = [own.copy() for own in (*model.coefs_, *model.intercepts_)]
        if done - kept_at >= _PATIENCE:
            break
    if kept is not None:
        model.coefs_, model.intercepts_ = kept[: len(model.coefs_)], kept[len(model.coefs_) :]
    if not classify:
        model.coefs_[-1] = model.coefs_[-1] * scale
        model.intercepts_[-1] = model.intercepts_[-1] * scale + shift
    del model._optimizer  # noqa: SLF001 - of use only to train on, and not safe to store
    return model


def dense(x: Any) -> Any:
    """Sparse features as an array."""
    return x.toarray() if hasattr(x, "toarray") else x


# %% Train.
def fitted(recipe: Recipe, rows: Learned) -> dict[str, Any]:
    """One member of the model, as `score.py` reads it."""
    seen = rows
    if recipe.log:
        seen = replace(rows, y=np.log1p(rows.y), y_valid=np.log1p(rows.y_valid))
    model = recipe.fit(recipe.model, seen, **recipe.how)
    model = in_units(model, rows.y) if recipe.log else model
    member = {
        "pipeline": Pipeline([("features", rows.columns), ("model", model)]),
        "classes": rows.known,
        "weight": recipe.weight,
    }
    if not rows.known:
        member["range"] = list(bounds(rows.y))
    return member if recipe.candidate is None else {**member, "candidate": recipe.candidate}


def train(rows: str, division: str, about: dict[str, Any], recipes: list[Recipe]) -> dict[str, Any]:
    """The model, as `score.py` reads it.

    Args:
        rows: The typed table (Parquet or CSV).
        division: Which of its rows were used, and by which fold (Parquet).
        about: The target, how columns are read, and what is laid over the members' mean.
        recipes: The members.
    """
    features, part, weight = read_rows(rows, division, about)
    views: dict[tuple[int, int, bool], Learned] = {}
    members = []
    for recipe in recipes:
        key = (id(recipe.features), recipe.fold, recipe.watch)
        if key not in views:
            classify = bool(about["classes"])
            views[key] = learned(recipe, features, part, weight, classify=classify)
        with threadpool_limits(about["threads"]):
            members.append(fitted(recipe, views[key]))
    bundle = {name: about[name] for name in ("task", "classes", "frame")} | {"members": members}
    optional = ("temperature", "threshold")
    bundle |= {name: about[name] for name in optional if about[name] is not None}
    if about["stack"] is not None:
        arrays = {name: np.array(about["stack"][name]) for name in ("coef", "intercept")}
        bundle["stack"] = {**about["stack"], **arrays}
    if about["trust"] is not None:
        known = features[about["known_by"]]
        y = part["y"].to_numpy()
        bundle["memory"] = remember(known, y, len(about["classes"]), about["trust"])
    return bundle
