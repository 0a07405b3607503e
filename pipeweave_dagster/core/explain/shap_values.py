"""Contributions of features to a prediction: exact SHAP values of trees (Lundberg et al. 2020).

XGBoost, LightGBM and CatBoost compute them themselves; those of a linear model are its coefficients
times its (scaled) inputs. They are in the margin of each model (the unit of the target, or
log-odds), and sum to it together with the base: exactly for LightGBM; for XGBoost to 3e-7 of the
largest margin in double precision (it sums its leaves in single precision, so the margin that it
returns is off by up to 1e-6).
"""

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder

from pipeweave_dagster.core.families import family_of
from pipeweave_dagster.core.metrics.metrics import Array
from pipeweave_dagster.core.model.frame_entry import FrameEntry
from pipeweave_dagster.core.model.group_relative import GroupKeys, GroupRelative
from pipeweave_dagster.core.model.prepare_features import prepare
from pipeweave_dagster.core.pipelines.relative_features import RELATIVE, TARGET_MEAN, feature_name
from pipeweave_dagster.core.training.data.split import Index


class Contributions(NamedTuple):
    """Contributions of raw columns, shape (rows, columns, outputs), and the base (rows, outputs).

    A feature derived from two columns (a ratio, a cross) is credited to both equally: otherwise a
    model with the derived feature would seem to need other columns than one that finds the same
    relation by itself. `share` is the weight of the members that could be explained: boosted trees
    of these libraries and linear models. `outputs` is 1 except for several classes.
    """

    columns: list[str]
    values: Array
    base: Array
    share: float


def contributions(
    bundle: dict[str, Any],
    table: pd.DataFrame,
    *,
    quick: bool = False,
    made: dict[int, Any] | None = None,
) -> Contributions | None:
    """Compute the weighted mean over the boosted and linear members; None if there are none.

    Args:
        bundle: The model.
        table: Raw rows.
        quick: Use path contributions (see `tree_paths`) instead of SHAP values, over a member's
            first `rounds` if it sets them (see `explained_members`).
        made: Transformed features of these rows from `bundle_scores.block_scores`, to be reused.
    """
    made = {} if made is None else made
    features: pd.DataFrame | None = None
    sources = _sources_of(bundle["frame"])
    total: Array | None = None
    base: Array | None = None
    share = 0.0
    for member in bundle["members"]:
        if not can_be_explained(member, quick=quick):
            continue
        transformer = member["pipeline"][0]
        if id(transformer) not in made:
            # Once for all transformers, and not at all if scoring has transformed everything.
            features = prepare(table, bundle["frame"]) if features is None else features
            made[id(transformer)] = transformer.transform(features)
        places = _places(transformer, bundle["frame"], list(sources))
        found = _of_member(member, made[id(transformer)], places, len(sources), quick=quick)
        if total is not None and found.by_feature.shape[2] != total.shape[2]:
            continue
        weight = member["weight"]
        by_feature, added = weight * found.by_feature, weight * found.base
        total = by_feature if total is None else total + by_feature
        base = added if base is None else base + added
        share += weight
    if total is None or base is None:
        return None
    whole = sum(member["weight"] for member in bundle["members"])
    columns, by_column = _shared(total / share, sources)
    return Contributions(columns, by_column, base / share, share / whole)


def _sources_of(frame: list[FrameEntry]) -> dict[str, list[str]]:
    """Return the raw columns that each feature is made from."""
    owner = _owners(frame)
    return {
        e["name"]: [owner.get(name, name) for name in e["columns"]]
        if e["use"] in ("derived", "relative")
        else [e["name"]]
        for e in frame
    }


def _owners(frame: list[FrameEntry]) -> dict[str, str]:
    """Return the raw column of each part of a date, a category or a text."""
    return {f"{e['name']} ({part})": e["name"] for e in frame for part in e.get("parts", [])}


def _shared(by_feature: Array, sources: dict[str, list[str]]) -> tuple[list[str], Array]:
    """Divide the contributions of features equally among their raw columns."""
    columns = list(dict.fromkeys(name for named in sources.values() for name in named))
    by_column = np.zeros((by_feature.shape[0], len(columns), by_feature.shape[2]))
    for feature, named in enumerate(sources.values()):
        for name in named:
            by_column[:, columns.index(name)] += by_feature[:, feature] / len(named)
    return columns, by_column


def can_be_explained(member: dict[str, Any], *, quick: bool = False) -> bool:
    """Return whether a member of the bundle has contributions (or quick ones).

    Those of a model of a log target would not add up in the unit of the target.
    """
    family = family_of(member["pipeline"][-1])
    return family is not None and family.explained in (("quick",) if quick else ("quick", "exact"))


class _Found(NamedTuple):
    """Contributions of one member (rows, features, outputs) and its base (rows, outputs)."""

    by_feature: Array
    base: Array


def _of_member(
    member: dict[str, Any], x: Any, sources: Index, count: int, *, quick: bool
) -> _Found:
    model = member["pipeline"][-1]
    family = family_of(model)
    if family is None:
        raise TypeError(f"no model family has {type(model).__name__}")
    found = family.contributions(
        model, x, sources, count, quick=quick, rounds=member.get("rounds") if quick else None
    )
    return _Found(found[:, :-1], found[:, -1])


def _places(transformer: Any, frame: list[FrameEntry], features: list[str]) -> Index:
    """Return the position of the feature that each input of a model was made from."""
    owner = _owners(frame)
    total = max((where.stop for where in transformer.output_indices_.values()), default=0)
    places = np.zeros(total, dtype=np.intp)
    for name, fitted, sources in transformer.transformers_:
        where = transformer.output_indices_[name]
        names = [sources] if isinstance(sources, str) else list(sources)
        if where.stop == where.start or not names:
            continue
        made = _sources(fitted, names, where.stop - where.start)
        places[where] = [features.index(owner.get(source, source)) for source in made]
    return places


def _sources(fitted: Any, names: list[str], width: int) -> list[str]:
    """Return the column that each output of a fitted step comes from."""
    if isinstance(fitted, GroupRelative):
        group, numbers = names[: fitted.keys], names[fitted.keys :]
        made = [feature_name(RELATIVE, [number, *group]) for number in numbers]
        return [group[0], *(name for name in made for _ in range(fitted.outputs))]
    if isinstance(fitted, Pipeline) and isinstance(fitted[0], GroupKeys):
        return [feature_name(TARGET_MEAN, names)] * width
    if isinstance(fitted, OneHotEncoder):
        counts = fitted._n_features_outs  # noqa: SLF001 - their names are ambiguous
        return [name for name, count in zip(names, counts, strict=True) for _ in range(count)]
    steps = [step for _, step in fitted.steps] if isinstance(fitted, Pipeline) else []
    filled = next((step for step in steps if isinstance(step, SimpleImputer)), None)
    # Columns are separate up to there, unless a step of another package had as many outputs.
    if len(names) > 1 and filled is not None and len(filled.statistics_) == len(names):
        kept = [n for n, v in zip(names, filled.statistics_, strict=True) if not np.isnan(v)]
        flags = filled.indicator_.features_ if filled.add_indicator else []
        made = [*kept, *(names[k] for k in flags)]
        # Splines: equally many per column, one column after the other.
        return [name for name in made for _ in range(width // len(made))]
    if width % len(names):  # a step of another package, whose outputs mix columns
        return names[:1] * width
    return [name for name in names for _ in range(width // len(names))]
