"""Deduce the task of a target: binary, multiclass or regression; its classes and positive class."""

import math
from collections.abc import Mapping

from pipeweave_dagster.core.documents import Task
from pipeweave_dagster.core.errors import validation_error
from pipeweave_dagster.core.model.column_names import fold_name
from pipeweave_dagster.core.schema.column_profile import ColumnProfile

_POSITIVE = (
    "yes",
    "true",
    "1",
    "y",
    "t",
    "positive",
    "pos",
    "malignant",
    "churned",
    "spam",
    "bad",
    "fraud",
)
_FEW_CLASSES = 10
_SOME_CLASSES = 30


def deduce_task(profile: ColumnProfile) -> tuple[Task | None, str, str | None]:
    """Return task, reason, and a question where integers may be quantities or class codes."""
    name, distinct = profile.name, profile.distinct
    if distinct < 2:
        count = "only one distinct value" if distinct else "no values"
        return None, f"{name!r} has {count}, so there is nothing to predict.", None
    if distinct == 2:
        return "binary", "It has two distinct values.", None
    if profile.storage in {"date", "datetime", "time"}:
        return None, "It is a date or time, which no task of PipeWeave predicts.", None
    if profile.storage in {"text", "boolean"}:
        repeated = distinct <= 0.5 * profile.filled
        more = "" if repeated else " Most occur only once, so no model can learn them."
        return "multiclass", f"It has {distinct} distinct texts.{more}", None
    if not profile.integral:
        return "regression", "Its values are decimal numbers.", None
    return _task_of_integers(profile)


def _task_of_integers(profile: ColumnProfile) -> tuple[Task, str, str | None]:
    low, high, distinct = profile.low or 0.0, profile.high or 0.0, profile.distinct
    if profile.is_long_code:
        repeated = distinct <= 0.5 * profile.filled
        more = "" if repeated else " Most occur only once, so no model can learn them."
        reason = f"It has {distinct} distinct integers of more than 15 digits: codes, not amounts."
        return "multiclass", f"{reason}{more}", None
    compact = high - low + 1 <= 2 * distinct and abs(high) < 1000
    question = f"Is {profile.name!r} a quantity (regression) or a class code (multiclass)?"
    if distinct <= _FEW_CLASSES and compact:
        return "multiclass", f"It has {distinct} distinct integers, treated as classes.", question
    if distinct <= _SOME_CLASSES:
        reason = f"It has {distinct} distinct integers, treated as quantities."
        return "regression", reason, question
    return "regression", f"It has {distinct} distinct integers.", None


def classes_of(profile: ColumnProfile) -> list[str]:
    """Return the labels in order, numbers by value; of very many, the most frequent ones."""
    labels = list(profile.top)
    if profile.storage in {"integer", "number"}:
        return sorted(labels, key=lambda v: (float(v) if not math.isnan(float(v)) else 0.0, v))
    return sorted(labels)


def positive_class(
    classes: list[str], profile: ColumnProfile, given: str | None, labels: Mapping[str, str]
) -> str | None:
    """Return the positive class: the given one, else one with a usual name, else the rarer one.

    Args:
        classes: The stored values as text.
        profile: Profile of the target.
        given: The class that the user set, as a stored value or as one of its labels.
        labels: How the file spells a value, and other spellings of it.

    Raises:
        PipeWeaveError: `VALIDATION_ERROR` if the given one is not a value of the target.
    """
    if given is not None:
        for label in classes:
            spellings = {label, labels.get(label, label)}
            spellings |= {other for other, of in labels.items() if of == label}
            if fold_name(given) in {fold_name(spelling) for spelling in spellings}:
                return label
        shown = [labels.get(label, label) for label in classes]
        raise validation_error(
            f"The positive class {given!r} is not a value of {profile.name!r}.",
            fix=f"Choose one of: {', '.join(repr(c) for c in shown[:20])}.",
            classes=shown[:20],
            setting={"positive": given},
        )
    numeric_pair = sorted(classes) in (["0", "1"], ["-1", "1"])
    for word in ["1"] if numeric_pair else [w for w in _POSITIVE if w != "1"]:
        for label in classes:
            if label.casefold() == word:
                return label
    return min(classes, key=lambda c: (profile.top[c], c), default=None)
