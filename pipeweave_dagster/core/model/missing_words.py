"""Texts that stand for a missing value in a column of a type.

Standard library only: the source is copied beside exported and registered models.
"""

from pipeweave_dagster.core.model.null_tokens import is_null_among_values
from pipeweave_dagster.core.model.void_dates import is_void_date


def is_missing_word(text: str, type_: str) -> bool:
    """Return whether a text stands for a missing value in a column of this type, not of texts.

    Example:
        >>> is_missing_word("n/a", "number"), is_missing_word("9999-12-31", "date")
        (True, True)
    """
    return is_null_among_values(text) or (type_ in {"date", "datetime"} and is_void_date(text))
