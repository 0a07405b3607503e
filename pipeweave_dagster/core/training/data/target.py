"""The target: class codes or values, and the refusal of a target that nothing can be learned of."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeweave_dagster.core.documents import PipelineSpec
from pipeweave_dagster.core.errors import PipeWeaveError, validation_error
from pipeweave_dagster.core.metrics.metrics import Array
from pipeweave_dagster.core.model.column_values import as_text, without
from pipeweave_dagster.core.number_format import number_as_text

_MIN_ROWS = 10
_MOST_FLOAT32 = 1e4
"""From so many spreads on, a mean takes the digits that float32 needs for the differences."""
_SQUARABLE = (1e-100, 1e100)
"""Magnitudes whose squares, and their sum over all rows, fit into float64."""
_OTHER_TARGET = "Name another target with `--target COLUMN`, or add rows with other values."


def without_missing_markers(target: pd.Series, spec: PipelineSpec) -> pd.Series:
    """Return the target without values that the user declared to stand for a missing one."""
    params = next((step.params for step in spec.steps if step.use == "table"), {})
    markers = params.get("missing", {}).get(spec.target, [])
    texts = [text or "" for text in as_text(target)] if markers else []
    return without(target, np.isin(np.array(texts, dtype=str), markers)) if markers else target


def encode_classes(spec: PipelineSpec, labels: np.ndarray) -> tuple[list[str], NDArray[np.intp]]:
    """Return the class labels in the order of their codes (positive last), and each row's code.

    Labels that differ in case only are one class, spelled as in the pipeline.

    Args:
        spec: The pipeline; its `labels` give the label of a stored value where it is another.
        labels: The stored values as text.
    """
    labels = np.array([spec.labels.get(str(label), str(label)) for label in labels], dtype=object)
    distinct = set(labels)
    spelling = {str(c).lower(): str(c) for c in spec.classes}
    class_of = {label: spelling.get(label.lower(), label) for label in distinct}
    if len(set(class_of.values())) < len(distinct):
        class_of = {label: label for label in distinct}
    known = [str(c) for c in spec.classes if str(c) in class_of.values()]
    classes = [*known, *sorted(set(class_of.values()) - set(known), key=_natural)]
    positive = spelling.get((spec.positive or "").lower(), spec.positive)
    if spec.task == "binary" and positive in classes:
        classes = [*(c for c in classes if c != positive), str(positive)]
    code_of = {label: classes.index(name) for label, name in class_of.items()}
    return classes, np.array([code_of[str(label)] for label in labels], dtype=np.intp)


def _natural(label: str) -> tuple[int, float, str]:
    try:
        return 0, float(label), label
    except ValueError:
        return 1, 0.0, label


def target_offset(y: Array) -> float:
    """Return the mean that is subtracted from a target with digits that float32 does not hold.

    Boosters keep targets as float32, with seven digits: of 1e9 plus noise nothing would be left.
    0 for all other targets, whose models stay as they are.
    """
    centre, spread = float(np.mean(y)), float(np.std(y))
    return float(np.round(centre)) if abs(centre) > _MOST_FLOAT32 * spread else 0.0


def refuse_few_rows(spec: PipelineSpec, target: pd.Series, rows: np.ndarray) -> None:
    """Refuse a target that is known in fewer than 10 rows.

    Raises:
        PipeWeaveError: VALIDATION_ERROR.
    """
    if len(rows) == 0:
        raise validation_error(
            f"Every value of the target `{spec.target}` is missing"
            + (" or not a number." if spec.task == "regression" else "."),
            fix="Name another target with `--target COLUMN`, or add rows where it is known.",
            target=spec.target,
            rows=len(target),
        )
    if len(rows) < _MIN_ROWS:
        raise validation_error(
            f"Only {len(rows)} row{'s' if len(rows) > 1 else ''} with a known target "
            f"`{spec.target}`: a model and an honest test need at least {_MIN_ROWS}.",
            fix="Add rows and upload again.",
            target=spec.target,
            rows=len(rows),
        )


def refuse_constant(spec: PipelineSpec, y: Array, classes: list[str]) -> None:
    """Refuse a target without variation, or with values too large to compute with.

    Raises:
        PipeWeaveError: VALIDATION_ERROR.
    """
    counts = np.unique(y, return_counts=True)[1]
    if len(counts) < 2:
        only = classes[0] if classes else number_as_text(float(y[0]))
        raise validation_error(
            f"The target `{spec.target}` is constant: every row has the value `{only[:80]}`, so "
            "there is nothing to learn.",
            fix=_OTHER_TARGET,
            target=spec.target,
        )
    if spec.task != "regression":
        if np.sort(counts)[-2] < 2:
            raise too_few_per_class(spec.target, len(counts))
        return
    low, high = _SQUARABLE
    if not low < np.abs(y).max() < high:
        raise validation_error(
            f"The values of the target `{spec.target}` reach {np.abs(y).max():.3g}, whose square "
            "is outside the range of float64.",
            fix="Give the target in another unit and upload again; or, if such a value stands for "
            f"a missing one, set columns: {{{spec.target}: {{missing: [VALUE]}}}}.",
            target=spec.target,
        )
    if counts.max() == len(y) - 1:
        raise validation_error(
            f"The target `{spec.target}` has the same value in every row but one, so nothing can "
            "be learned and tested.",
            fix=_OTHER_TARGET,
            target=spec.target,
        )


def no_positive_weight(spec: PipelineSpec) -> PipeWeaveError:
    """Return the refusal of a weight column that leaves no row."""
    return validation_error(
        f"No row with a known target has a weight `{spec.weight}` above 0, so there is nothing to "
        "learn from.",
        fix="Name another column as `weight:` in pipeweave.yaml, or remove it.",
        weight=spec.weight,
    )


def too_few_per_class(target: str, classes: int) -> PipeWeaveError:
    """Return the refusal of a class target where all classes but one have a single row."""
    return validation_error(
        f"The target `{target}` has {classes} classes, but at most one of them has two rows or "
        "more, so no class can be both learned and tested.",
        fix="Name another target with `--target COLUMN`, set `task: regression`, or add rows.",
        target=target,
    )
