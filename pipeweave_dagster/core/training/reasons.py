"""Reason codes: which columns speak most for the prediction of a row, and how strongly."""

from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from pipeweave_dagster.core.training.contributions import can_be_explained, contributions
from pipeweave_dagster.core.training.metrics import Array
from pipeweave_dagster.core.training.serving import BLOCK_ROWS

SHOWN = 3
_PARTS_A_REASON, _MOST_PARTS = 5, 3


class Reasons(NamedTuple):
    """Columns beside the predictions, and what is to be said of them; no columns if none can be."""

    columns: pd.DataFrame
    note: str


def reasons(bundle: dict[str, Any], table: pd.DataFrame, predicted: pd.Series) -> Reasons:
    """The three columns with the largest contributions to each prediction.

    Args:
        bundle: The model; some of its members are asked, so that it takes less time than scoring.
        table: Raw rows.
        predicted: What the model said of them.

    Returns:
        `reason_1` to `reason_3` (column names) and `reason_1_effect` to `reason_3_effect`: above
        0 the value of the column speaks for what was predicted, below 0 against it; in log-odds
        for classes (towards the class that was told), in the unit of the target for values.
    """
    asked = _explainable(bundle)
    starts = range(0, len(table), BLOCK_ROWS)
    parts = [
        _of_rows(asked, table.iloc[at : at + BLOCK_ROWS], predicted.iloc[at : at + BLOCK_ROWS])
        for at in starts
    ]
    known = [part for part in parts if part is not None]
    if not known or len(known) < len(parts):
        note = "No reasons: the model holds neither boosted trees nor lines that can be explained."
        return Reasons(pd.DataFrame(index=table.index), note)
    share = sum(m["weight"] for m in asked["members"]) / sum(m["weight"] for m in bundle["members"])
    unit = "log-odds of the class that was told" if bundle["classes"] else "unit of the target"
    note = (
        f"Reasons are contributions of {len(asked['members'])} of {len(bundle['members'])} parts "
        f"of the model ({share:.0%} of its weight), in the {unit}."
    )
    return Reasons(pd.concat(known, ignore_index=True), note)


def _explainable(bundle: dict[str, Any]) -> dict[str, Any]:
    """The heaviest members whose contributions are known, and that know all classes."""
    known = [
        member
        for member in bundle["members"]
        if can_be_explained(member) and len(member["classes"]) == len(bundle["classes"])
    ]
    most = min(_MOST_PARTS, max(1, len(bundle["members"]) // _PARTS_A_REASON))
    heaviest = sorted(known, key=lambda member: -member["weight"])[:most]
    return {**bundle, "members": heaviest}


def _of_rows(
    bundle: dict[str, Any], table: pd.DataFrame, predicted: pd.Series
) -> pd.DataFrame | None:
    found = contributions(bundle, table, quick=True)
    if found is None:
        return None
    effects = _towards(found.values, predicted, bundle["classes"])
    order = np.argsort(-np.abs(effects), axis=1, kind="stable")[:, :SHOWN]
    names = np.array([*found.columns, None], dtype=object)
    columns: dict[str, Any] = {}
    for rank in range(SHOWN):
        if rank >= order.shape[1]:
            columns[f"reason_{rank + 1}"] = np.full(len(table), None, dtype=object)
            columns[f"reason_{rank + 1}_effect"] = np.full(len(table), np.nan)
            continue
        at = order[:, rank]
        effect = effects[np.arange(len(table)), at]
        columns[f"reason_{rank + 1}"] = names[np.where(effect == 0, len(names) - 1, at)]
        columns[f"reason_{rank + 1}_effect"] = np.where(effect == 0, np.nan, effect)
    return pd.DataFrame(columns)


def _towards(values: Array, predicted: pd.Series, classes: list[str]) -> Array:
    """Contributions to what was said of each row, shape (rows, columns)."""
    if not classes:
        return values[:, :, 0]
    told = pd.Index(classes).get_indexer(pd.Index(predicted.astype(str)))
    if values.shape[2] == 1:
        return np.asarray(values[:, :, 0] * np.where(told == 1, 1.0, -1.0)[:, None])
    return np.asarray(values[np.arange(len(told)), :, told])
