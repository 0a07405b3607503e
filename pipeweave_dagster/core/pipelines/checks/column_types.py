"""Static checks of steps against the types of their columns."""

from collections.abc import Iterator, Mapping

from pipeweave_dagster.core.documents import ColumnDeduction, Step
from pipeweave_dagster.core.pipelines.checks.problem import Problem

_DATES = ("date", "datetime", "time")
_FREE_TEXT = ("text", "url", "email", "phone")
_NUMBERS_IN_TEXT = ("numeric", "embedded_number", "boolean")
_TWO = 2
_AS_NUMBERS = ("numeric", "boolean", "clip", "log", "bin")


def type_problems(path: str, step: Step, known: Mapping[str, ColumnDeduction]) -> Iterator[Problem]:
    """Yield columns whose type the step cannot read: a date as a number, free text as a date.

    Args:
        path: Path of the step in the specification.
        step: The step.
        known: Deduced columns by name; others are not checked.
    """
    for name in step.columns:
        column = known.get(name)
        wanted = None if column is None else _suitable_step(step.use, column)
        if column is not None and wanted is not None:
            message = (
                f"`{name}` is stored as {column.storage} ({column.type}), "
                f"which `{step.use}` cannot read."
            )
            fix = f"Put it into a step with `use: {wanted}`."
            yield Problem("PIP308", f"{path}.columns", message, fix)


def _suitable_step(use: str, column: ColumnDeduction) -> str | None:
    """Return the step type that a column needs, or None where this one can read it."""
    free_text = column.storage == "text" and column.type in _FREE_TEXT
    if use in (*_AS_NUMBERS, "text") and column.storage in _DATES:
        return "date_parts"
    if use in _AS_NUMBERS and free_text:
        return "text"
    if use in _AS_NUMBERS and column.storage == "text" and column.type not in _NUMBERS_IN_TEXT:
        return "ordinal" if column.type == "ordinal" and column.order else "categorical"
    if use == "boolean" and column.storage != "boolean" and column.distinct > _TWO:
        return "categorical" if column.storage == "text" else "numeric"
    if use == "date_parts" and column.storage in ("integer", "number", "boolean"):
        return "boolean" if column.storage == "boolean" else "numeric"
    return None
