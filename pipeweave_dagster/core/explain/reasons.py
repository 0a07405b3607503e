"""Reason codes: the columns that contribute most to each prediction, and how much."""

from typing import Any

import numpy as np
import pandas as pd

from pipeweave_dagster.core.explain.explained_members import explained_members, rounds_of
from pipeweave_dagster.core.explain.shap_values import contributions
from pipeweave_dagster.core.metrics.metrics import Array
from pipeweave_dagster.core.model.bundle_scores import block_scores, blocks, prediction_columns

SHOWN = 3


def with_reasons(bundle: dict[str, Any], table: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    """Score rows, and name the three columns with the largest contributions to each prediction.

    The transformed features of scoring are reused, one block after the other.

    Args:
        bundle: The model; reasons are computed from some of its members.
        table: Raw rows.

    Returns:
        The columns of `bundle_scores.score`, then `reason_1` to `reason_3` (column names) and
        `reason_1_effect` to `reason_3_effect`: a positive effect supports the prediction, a
        negative one opposes it; in log-odds of the predicted class, or in the unit of the target.
        Without explainable members, the reason columns are absent. The second value is a note for
        the reader.
    """
    chosen = explained_members(bundle)
    parts = [_block(bundle, chosen, part) for part in blocks(table)]
    return pd.concat(parts, ignore_index=True), _note(bundle, chosen)


def _block(
    bundle: dict[str, Any], chosen: list[dict[str, Any]], table: pd.DataFrame
) -> pd.DataFrame:
    made: dict[int, Any] = {}
    scores = prediction_columns(bundle, block_scores(bundle, table, made))
    if not chosen:
        return scores
    if len(table) == 0:  # transformers reject an empty table
        return pd.concat([scores, _strongest([], np.zeros((0, 0)))], axis=1)
    found = contributions({**bundle, "members": chosen}, table, quick=True, made=made)
    if found is None:
        return scores
    effects = _towards(found.values, scores["prediction"], bundle["classes"])
    return pd.concat([scores, _strongest(found.columns, effects)], axis=1)


def _note(bundle: dict[str, Any], chosen: list[dict[str, Any]]) -> str:
    if not chosen:
        return (
            "No reasons: only LightGBM, XGBoost, CatBoost and linear models give them, and the"
            " model has none that does."
        )
    unit = "the log-odds of the predicted class" if bundle["classes"] else "the unit of the target"
    text = "Reasons are the columns that contributed most to a prediction, with their effect in"
    return f"{text} {unit}.{_part_explained(bundle['members'], chosen)}"


def _part_explained(members: list[dict[str, Any]], chosen: list[dict[str, Any]]) -> str:
    """Return which models of an ensemble the reasons are computed from; nothing if from all."""
    rounds = [(m["rounds"], rounds_of(m)) for m in chosen if "rounds" in m]
    cut = [f"only the first {some} of its {of} boosting rounds" for some, of in rounds]
    if len(members) == 1:
        return f" To save time, they explain {cut[0]}." if cut else ""
    if len(chosen) == len(members) and not cut:
        return ""
    share = sum(m["weight"] for m in chosen) / sum(m["weight"] for m in members)
    which = (
        f"{len(chosen)} of the {len(members)} models of the ensemble ({share:.0%} of its weight)"
    )
    part = f", of it {cut[0]}" if cut else ""
    return f" They explain {which}{part}: the others would take too long or cannot be explained."


def _strongest(columns: list[str], effects: Array) -> pd.DataFrame:
    order = np.argsort(-np.abs(effects), axis=1, kind="stable")[:, :SHOWN]
    names = np.array([*columns, None], dtype=object)
    shown: dict[str, Any] = {}
    for rank in range(SHOWN):
        if rank >= order.shape[1]:
            shown[f"reason_{rank + 1}"] = np.full(len(effects), None, dtype=object)
            shown[f"reason_{rank + 1}_effect"] = np.full(len(effects), np.nan)
            continue
        at = order[:, rank]
        effect = effects[np.arange(len(effects)), at]
        shown[f"reason_{rank + 1}"] = names[np.where(effect == 0, len(names) - 1, at)]
        shown[f"reason_{rank + 1}_effect"] = np.where(effect == 0, np.nan, effect)
    return pd.DataFrame(shown)


def _towards(values: Array, predicted: pd.Series, classes: list[str]) -> Array:
    """Return contributions to each row's prediction, shape (rows, columns)."""
    if not classes:
        return values[:, :, 0]
    place = pd.Index(classes).get_indexer(pd.Index(predicted.astype(str)))
    if values.shape[2] == 1:
        return np.asarray(values[:, :, 0] * np.where(place == 1, 1.0, -1.0)[:, None])
    return np.asarray(values[np.arange(len(place)), :, place])
