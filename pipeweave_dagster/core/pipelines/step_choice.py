"""Which step handles a column, by rules on its deduced type."""

from pipeweave_dagster.core.columns.unique_share import MOST_CATEGORIES, unique_share
from pipeweave_dagster.core.documents import ColumnDeduction, Step
from pipeweave_dagster.core.pipelines.catalogue import DATE_PARTS

STEP_NAMES = {
    "numeric": "numbers",
    "boolean": "booleans",
    "ordinal": "ordinals",
    "categorical": "categories",
    "date_parts": "dates",
    "text": "texts",
}
"""The step types that handle columns, in order, with the name of each step in a pipeline."""

UNREAD = "unread"
"""Value of `hashed_as` for a column that does not take part in the hash of a row."""

_NUMBERS = ("integer", "number")
_ORDERED_VALUES = 8
_DATES = ("date", "datetime", "time")


def step_for(column: ColumnDeduction, rows: int) -> tuple[str | None, str]:
    """Return the step that handles a column, or None and the reason for dropping it.

    Args:
        column: The deduced column.
        rows: Number of rows of the table.

    Returns:
        Name of a step type of the catalogue (or None), and a reason (empty where none is needed).
    """
    if column.distinct == 0 or column.type == "constant":
        return None, "has a single value"
    if column.type == "identifier":
        return None, "identifies rows; " + column.reason
    if column.type == "ordinal" and column.order:
        return "ordinal", ""
    return _stored_step(column) or _text_step(column, rows)


def _stored_step(column: ColumnDeduction) -> tuple[str, str] | None:
    if column.storage == "boolean":
        return "boolean", ""
    if column.storage in _DATES:
        return "date_parts", ""
    if column.storage in _NUMBERS:
        return ("categorical" if column.type in ("categorical", "boolean") else "numeric"), ""
    return None


def _text_step(column: ColumnDeduction, rows: int) -> tuple[str | None, str]:
    share = unique_share(column, rows)
    if column.type in ("categorical", "boolean", "ordinal"):
        return "categorical", ""
    if column.type in ("numeric", "embedded_number"):
        return "numeric", "numbers are extracted from the text"
    if column.type in ("url", "email", "phone") and share > MOST_CATEGORIES:
        return (
            None,
            f"{column.type} with distinct values in {share:.0%} of the rows, so it identifies rows",
        )
    if column.type in ("text", "list") or share > MOST_CATEGORIES:
        return "text", ""
    return "categorical", ""


def _also_a_number(column: ColumnDeduction) -> bool:
    """Whether the order of its values may carry signal beside the values themselves.

    Models separate few values one by one; years and the like have too many for that.
    """
    return column.storage in _NUMBERS and column.distinct >= _ORDERED_VALUES


def column_step(use: str, columns: list[ColumnDeduction]) -> Step:
    """Return the step of this type for the columns, with its default parameters."""
    params: dict[str, object] = {}
    if use == "numeric":
        params = {"impute": "median", "indicator": True}
    elif use == "ordinal":
        params = {"order": {c.name: list(c.order or []) for c in columns}}
    elif use == "date_parts":
        params = {"parts": list(DATE_PARTS)}
    elif use == "text":
        params = {"dimensions": 32, "counts": True}
    elif use == "categorical":
        params = {"max_native": 40}
        if numbers := [c.name for c in columns if _also_a_number(c)]:
            params["numbers"] = numbers
    return Step(
        name=STEP_NAMES[use],
        kind="feature" if use in ("date_parts", "text") else "preprocess",
        use=use,
        columns=[c.name for c in columns],
        after=["read"],
        params=params,
    )
