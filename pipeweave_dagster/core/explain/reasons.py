"""Reason codes: which columns speak most for the prediction of a row, and how strongly."""

from typing import Any

import numpy as np
import pandas as pd

from pipeweave_dagster.core.explain.explained_members import explained_members, rounds_of
from pipeweave_dagster.core.explain.shap_values import contributions
from pipeweave_dagster.core.metrics.metrics import Array
from pipeweave_dagster.core.model.serving import block_scores, blocks, told

SHOWN = 3


def with_reasons(bundle: dict[str, Any], table: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    """Score rows, and name the three columns with the largest contributions to each prediction.

    What the rows were made into for scoring is asked a second time, one block after the other.

    Args:
        bundle: The model; some of its members are asked for reasons.
        table: Raw rows.

    Returns:
        What `serving.score` answers, and beside it `reason_1` to `reason_3` (column names) and
        `reason_1_effect` to `reason_3_effect`: above 0 the value of the column speaks for what was
        predicted, below 0 against it; in log-odds for classes (towards the class that was told),
        in the unit of the target for values. And what is to be said of them; where no reasons are
        known, the columns are left out.
    """
    chosen = explained_members(bundle)
    parts = [_block(bundle, chosen, part) for part in blocks(table)]
    return pd.concat(parts, ignore_index=True), _note(bundle, chosen)


def _block(
    bundle: dict[str, Any], chosen: list[dict[str, Any]], table: pd.DataFrame
) -> pd.DataFrame:
    made: dict[int, Any] = {}
    scores = told(bundle, block_scores(bundle, table, made))
    if not chosen:
        return scores
    if len(table) == 0:  # transformers refuse to transform nothing
        return pd.concat([scores, _strongest([], np.zeros((0, 0)))], axis=1)
    found = contributions({**bundle, "members": chosen}, table, quick=True, made=made)
    if found is None:
        return scores
    effects = _towards(found.values, scores["prediction"], bundle["classes"])
    return pd.concat([scores, _strongest(found.columns, effects)], axis=1)


def _note(bundle: dict[str, Any], chosen: list[dict[str, Any]]) -> str:
    if not chosen:
        return "No reasons: the model holds neither boosted trees nor lines that can be explained."
    share = sum(m["weight"] for m in chosen) / sum(m["weight"] for m in bundle["members"])
    unit = "log-odds of the class that was told" if bundle["classes"] else "unit of the target"
    cut = [
        f"; the first {m['rounds']} of its {rounds_of(m)} rounds" for m in chosen if "rounds" in m
    ]
    return (
        f"Reasons are contributions of {len(chosen)} of {len(bundle['members'])} parts "
        f"of the model ({share:.0%} of its weight{''.join(cut)}), in the {unit}."
    )


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
    """Contributions to what was said of each row, shape (rows, columns)."""
    if not classes:
        return values[:, :, 0]
    place = pd.Index(classes).get_indexer(pd.Index(predicted.astype(str)))
    if values.shape[2] == 1:
        return np.asarray(values[:, :, 0] * np.where(place == 1, 1.0, -1.0)[:, None])
    return np.asarray(values[np.arange(len(place)), :, place])
