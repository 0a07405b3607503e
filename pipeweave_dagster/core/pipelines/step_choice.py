"""Which step a column goes to, by its meaning; pure rules on the schema."""

from pipeweave_dagster.core.documents import ColumnDeduction, Step
from pipeweave_dagster.core.pipelines.catalogue import DATE_PARTS

UNIQUE_SHARE = 0.5
"""Above this share of distinct values a code-like text column tells rows apart, not groups."""

STEP_NAMES = {
    "numeric": "numbers",
    "boolean": "booleans",
    "ordinal": "ordinals",
    "categorical": "categories",
    "date_parts": "dates",
    "text": "texts",
}
"""The steps that handle columns, in their order, and how each is called in a pipeline."""

UNREAD = "unread"
"""How a column is read for the split (`hashed_as`) that has no say in which side a row is on."""

_NUMBERS = ("integer", "number")
_ORDERED_VALUES = 8
_DATES = ("date", "datetime", "time")


def step_for(column: ColumnDeduction, rows: int) -> tuple[str | None, str]:
    """The step that handles a column, or None and the reason why it is left out.

    Args:
        column: What is known about the column.
        rows: Rows of the table, to judge how many values are distinct.

    Returns:
        Name of a step type of the catalogue (or None), and a reason (empty if plain).
    """
    if column.distinct == 0 or column.type == "constant":
        return None, "holds one value only"
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
    share = column.distinct / max(rows - column.missing, 1)
    if column.type in ("categorical", "boolean", "ordinal"):
        return "categorical", ""
    if column.type in ("numeric", "embedded_number"):
        return "numeric", "numbers are taken out of the text"
    if column.type in ("url", "email", "phone") and share > UNIQUE_SHARE:
        return None, f"{column.type} differs in {share:.0%} of the rows, so it tells rows apart"
    if column.type in ("text", "list") or share > UNIQUE_SHARE:
        return "text", ""
    return "categorical", ""


def _also_a_number(column: ColumnDeduction) -> bool:
    """Whether the order of its values may tell something beside the values themselves.

    Few values are soon told apart one by one; years and the like are too many for that.
    """
    return column.storage in _NUMBERS and column.distinct >= _ORDERED_VALUES


def column_step(use: str, columns: list[ColumnDeduction]) -> Step:
    """The step of one kind for these columns, with its usual parameters."""
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
