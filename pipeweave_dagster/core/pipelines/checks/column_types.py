"""Static checks of steps against what is stored in their columns."""

from collections.abc import Iterator, Mapping

from pipeweave_dagster.core.documents import ColumnDeduction, Step
from pipeweave_dagster.core.pipelines.checks.problem import Problem

_DATES = ("date", "datetime", "time")
_WORDS = ("text", "url", "email", "phone")
_NUMBERS_IN_TEXT = ("numeric", "embedded_number", "boolean")
_TWO = 2
_AS_NUMBERS = ("numeric", "boolean", "clip", "log", "bin")


def misread(path: str, step: Step, known: Mapping[str, ColumnDeduction]) -> Iterator[Problem]:
    """Columns out of which a step cannot make anything: a date as a number, words as a date.

    Args:
        path: Where the step stands in the specification.
        step: The step.
        known: Columns of the table by name, those of which something is known.
    """
    for name in step.columns:
        column = known.get(name)
        wanted = None if column is None else _better(step.use, column)
        if column is not None and wanted is not None:
            told = f"`{name}` holds {column.storage} ({column.type}), no {step.use} values."
            fix = f"Put it into a step with `use: {wanted}`."
            yield Problem("PIP308", f"{path}.columns", told, fix)


def _better(use: str, column: ColumnDeduction) -> str | None:
    """The step that a column belongs to, where this one can make nothing of it."""
    words = column.storage == "text" and column.type in _WORDS
    if use in (*_AS_NUMBERS, "text") and column.storage in _DATES:
        return "date_parts"
    if use in _AS_NUMBERS and words:
        return "text"
    if use in _AS_NUMBERS and column.storage == "text" and column.type not in _NUMBERS_IN_TEXT:
        return "ordinal" if column.type == "ordinal" and column.order else "categorical"
    if use == "boolean" and column.storage != "boolean" and column.distinct > _TWO:
        return "categorical" if column.storage == "text" else "numeric"
    if use == "date_parts" and column.storage in ("integer", "number", "boolean"):
        return "boolean" if column.storage == "boolean" else "numeric"
    return None
