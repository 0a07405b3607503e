"""Score rows of the training table's types with a model.

The source is copied beside exported and registered models.
"""

from typing import Any

import numpy as np
import pandas as pd

from pipeweave_dagster.core.model.duplicate_lookup import with_duplicate_rows
from pipeweave_dagster.core.model.large_boosters import class_probabilities
from pipeweave_dagster.core.model.prepare_features import prepare
from pipeweave_dagster.core.model.stacked_outputs import with_stack

BLOCK_ROWS = 50_000


def raw_scores(bundle: dict[str, Any], table: pd.DataFrame) -> np.ndarray:
    """Compute the weighted mean of the members' outputs, in blocks of rows to bound memory.

    Returns:
        Probabilities of shape (rows, classes), or values of shape (rows,) for regression.
    """
    return np.concatenate([block_scores(bundle, part) for part in blocks(table)])


def blocks(table: pd.DataFrame) -> list[pd.DataFrame]:
    """Return the table in parts of at most `BLOCK_ROWS` rows; one part if it is empty."""
    starts = range(0, max(len(table), 1), BLOCK_ROWS)
    return [table.iloc[at : at + BLOCK_ROWS] for at in starts]


def block_scores(
    bundle: dict[str, Any], table: pd.DataFrame, made: dict[int, Any] | None = None
) -> np.ndarray:
    """Score one block of rows.

    Args:
        bundle: The model.
        table: Raw rows.
        made: Receives the output of each fitted transformer by its id, to be reused for the same
            rows (see `core.explain.reasons`).
    """
    classes = len(bundle["classes"])
    if len(table) == 0:
        return np.zeros((0, classes) if classes else 0)
    features = prepare(table, bundle["frame"])
    totals, weights = _weighted_sums(bundle, features, {} if made is None else made)
    mean = np.asarray(sum(totals.values()) / sum(weights.values()))
    if "stack" in bundle:
        outputs = {group: totals[group] / weights[group] for group in totals}
        mean = with_stack(mean, outputs, bundle)
    if "temperature" in bundle:
        mean = tempered(mean, bundle["temperature"])
    if "memory" in bundle:
        mean = with_duplicate_rows(mean, features, bundle["memory"])
    return mean + bundle["offset"] if "offset" in bundle else mean


def _weighted_sums(
    bundle: dict[str, Any], features: pd.DataFrame, made: dict[int, Any]
) -> tuple[dict[int, Any], dict[int, float]]:
    """Return the weighted sums of the outputs of each candidate's members, and their weights."""
    classes = len(bundle["classes"])
    totals: dict[int, Any] = {}
    weights: dict[int, float] = {}
    for member in bundle["members"]:
        group = member.get("candidate", 0)
        steps = member["pipeline"]
        # Members of one fold share their fitted features, which cost more than the estimators.
        if id(steps[0]) not in made:
            made[id(steps[0])] = steps[0].transform(features)
        output = member["weight"] * _outputs(member, made[id(steps[0])], classes)
        totals[group] = totals.get(group, 0.0) + output
        weights[group] = weights.get(group, 0.0) + member["weight"]
    return totals, weights


def tempered(proba: np.ndarray, temperature: float) -> np.ndarray:
    """Scale probabilities: less certain above 1, more below; the order within a row is kept."""
    powers = np.clip(proba, 1e-15, 1.0) ** (1.0 / temperature)
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def _outputs(member: dict[str, Any], x: Any, classes: int) -> np.ndarray:
    """Return the output of one estimator; classes that it never saw get probability 0."""
    model = member["pipeline"][-1]
    if classes == 0:
        low, high = member.get("range", (-np.inf, np.inf))
        return np.clip(np.asarray(model.predict(x), dtype=np.float64), low, high)
    scores = np.zeros((x.shape[0], classes))
    scores[:, member["classes"]] = class_probabilities(model, x)
    return scores


def predicted_classes(scores: np.ndarray, threshold: float | None) -> np.ndarray:
    """Return the most probable class, or the second of two at or above a threshold."""
    if threshold is None:
        return np.asarray(scores.argmax(axis=1))
    return np.asarray((scores[:, 1] >= threshold).astype(int))


def score(bundle: dict[str, Any], table: pd.DataFrame) -> pd.DataFrame:
    """Predict rows, in their order: `prediction` and, for classes, `probability_<class>`."""
    return prediction_columns(bundle, raw_scores(bundle, table))


def prediction_columns(bundle: dict[str, Any], scores: np.ndarray) -> pd.DataFrame:
    """Return the columns of predictions for the output of `raw_scores`."""
    labels = bundle["classes"]
    if not labels:
        return pd.DataFrame({"prediction": scores})
    best = np.array(labels, dtype=object)[predicted_classes(scores, bundle.get("threshold"))]
    columns: dict[str, Any] = {"prediction": best}
    for index, label in enumerate(labels):
        columns[f"probability_{label}"] = scores[:, index]
    return pd.DataFrame(columns)
