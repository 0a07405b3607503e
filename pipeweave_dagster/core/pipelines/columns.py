"""Which step a column goes to, by its meaning; pure rules on the schema."""

from pipeweave_dagster.core.documents import ColumnDeduction

UNIQUE_SHARE = 0.5
"""Above this share of distinct values a code-like text column tells rows apart, not groups."""

_NUMBERS = ("integer", "number")
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
