"""Fits the members of a recorded model again, each on the rows that it was trained on.

The definitions of this module are part of an exported `train.py`, so it imports nothing of
PipeWeave but what is exported beside it as `score.py`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import clone
from sklearn.pipeline import Pipeline
from threadpoolctl import threadpool_limits

from pipeweave_dagster.core.model.column_values import as_number, as_text
from pipeweave_dagster.core.model.duplicate_lookup import duplicate_row_lookup
from pipeweave_dagster.core.model.exact_numbers import read_rows
from pipeweave_dagster.core.model.prepare_features import prepare
from pipeweave_dagster.core.model.target_scale import bounds, in_units


@dataclass(frozen=True)
class Recipe:
    """How one member of the model is trained.

    Attributes:
        weight: Its weight in the mean.
        fold: The fold that held out rows from it; -1 if it was trained on all rows.
        features: The unfitted transformer of prepared columns.
        model: The unfitted estimator.
        fit: Fits that kind of estimator.
        arguments: Keyword arguments of `fit`.
        early_stopping: Whether the rows that the fold held out decide when to stop.
        log_target: Whether log(1 + y) is learned.
        smearing: Factor of 1 + prediction, if so.
        candidate: Its position in the stack, if there is one.
    """

    weight: float
    fold: int
    features: Any
    model: Any
    fit: Callable[..., Any]
    arguments: dict[str, Any] = field(default_factory=dict)
    early_stopping: bool = False
    log_target: bool = False
    smearing: float = 1.0
    candidate: int | None = None


@dataclass(frozen=True)
class Rows:
    """What one fit sees: features, codes or values, weights, and validation rows, if any."""

    transformer: Any
    class_codes: list[int]
    x: Any
    y: np.ndarray
    weight: np.ndarray | None
    x_valid: Any
    y_valid: Any


# %% Read the rows.
def read_training_rows(
    rows: str, division: str, about: dict[str, Any]
) -> tuple[pd.DataFrame, Any, Any]:
    """Return features, folds with targets, and weights of the rows used for training or testing.

    Args:
        rows: The typed table (Parquet or CSV).
        division: Which of its rows were used, and by which fold (Parquet).
        about: Target, classes and so on.
    """
    table = read_rows(rows)
    part = pd.read_parquet(division, partitioning=None)
    if len(table) != about["rows"]:
        raise SystemExit(
            f"{rows} has {len(table)} rows, but the model was trained on a table of "
            f"{about['rows']}. Use the table of the exported run."
        )
    table = table.iloc[part["row"]].reset_index(drop=True)
    target = table[about["target"]]
    if about["classes"]:
        codes = {name.lower(): code for code, name in enumerate(about["classes"])}
        codes |= {name: code for code, name in enumerate(about["classes"])}
        codes |= {text: codes[name] for text, name in about["labels"].items() if name in codes}
        labels = [str(label) for label in as_text(target)]
        y = np.array([codes.get(label, codes.get(label.lower())) for label in labels], dtype=float)
    else:
        y = as_number(target) - (about["offset"] or 0.0)
    weight = as_number(table[about["weight"]]) if about["weight"] else None
    features = prepare(table, about["frame"])
    return features, part.assign(y=y), None if weight is None else weight / weight.mean()


def rows_of(
    recipe: Recipe, features: pd.DataFrame, part: pd.DataFrame, weight: Any, *, classify: bool
) -> Rows:
    """Return the rows of one fold, with features fitted on its training side."""
    y = part["y"].to_numpy()
    side = np.ones(len(y)) if recipe.fold < 0 else part[f"fold_{recipe.fold}"].to_numpy()
    training, held_out = np.flatnonzero(side == 1), np.flatnonzero(side == 2)
    known = np.unique(y[training])
    codes = np.searchsorted(known, y[training]).astype(np.float64) if classify else y[training]
    transformer = clone(recipe.features)
    x = transformer.fit_transform(features.iloc[training], codes)
    if classify:
        held_out = held_out[np.isin(y[held_out], known)]
    if not recipe.early_stopping or len(held_out) == 0:
        x_valid, y_valid = None, None
    else:
        x_valid, y_valid = transformer.transform(features.iloc[held_out]), y[held_out]
        y_valid = np.searchsorted(known, y_valid).astype(float) if classify else y_valid
    return Rows(
        transformer=transformer,
        class_codes=[int(code) for code in known] if classify else [],
        x=x,
        y=codes,
        weight=None if weight is None else weight[training],
        x_valid=x_valid,
        y_valid=y_valid,
    )


# %% Train.
def fit_member(recipe: Recipe, rows: Rows) -> dict[str, Any]:
    """Return one member of the model, as `score.py` reads it."""
    seen = rows
    if recipe.log_target:
        valid = None if rows.y_valid is None else np.log1p(rows.y_valid)
        seen = replace(rows, y=np.log1p(rows.y), y_valid=valid)
    model = recipe.fit(recipe.model, seen, **recipe.arguments)
    model = in_units(model, rows.y, recipe.smearing) if recipe.log_target else model
    member = {
        "pipeline": Pipeline([("features", rows.transformer), ("model", model)]),
        "classes": rows.class_codes,
        "weight": recipe.weight,
    }
    if not rows.class_codes:
        member["range"] = list(bounds(rows.y))
    return member if recipe.candidate is None else {**member, "candidate": recipe.candidate}


def train(rows: str, division: str, about: dict[str, Any], recipes: list[Recipe]) -> dict[str, Any]:
    """Return the model, as `score.py` reads it.

    Args:
        rows: The typed table (Parquet or CSV).
        division: Which of its rows were used, and by which fold (Parquet).
        about: The target, how columns are read, and what is applied to the members' mean.
        recipes: The members.
    """
    features, part, weight = read_training_rows(rows, division, about)
    views: dict[tuple[int, int, bool], Rows] = {}
    members = []
    for recipe in recipes:
        key = (id(recipe.features), recipe.fold, recipe.early_stopping)
        if key not in views:
            classify = bool(about["classes"])
            views[key] = rows_of(recipe, features, part, weight, classify=classify)
        with threadpool_limits(about["threads"]):
            members.append(fit_member(recipe, views[key]))
    bundle = {name: about[name] for name in ("task", "classes", "frame")} | {"members": members}
    optional = ("temperature", "threshold", "offset")
    bundle |= {name: about[name] for name in optional if about[name] is not None}
    if about["stack"] is not None:
        arrays = {name: np.array(about["stack"][name]) for name in ("coef", "intercept")}
        bundle["stack"] = {**about["stack"], **arrays}
    if about["trust"] is not None:
        known = features[about["lookup_columns"]]
        y = part["y"].to_numpy()
        bundle["memory"] = duplicate_row_lookup(known, y, len(about["classes"]), about["trust"])
    return bundle
