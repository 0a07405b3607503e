"""Write stored dates and times as the file of the training data has them."""

import datetime as dt
from typing import Any

from pipeweave_dagster.core.documents import SnapshotColumn
from pipeweave_dagster.core.ingest.types.batch_forms import batch_forms, form_of
from pipeweave_dagster.core.ingest.types.centuries import split_window
from pipeweave_dagster.core.ingest.types.strptime_parsers import MIDNIGHT, ZONED
from pipeweave_dagster.core.model.value_forms import read_text


def written_moment(column: SnapshotColumn, value: Any) -> str:
    """Return a date, time or timestamp as the column's own form writes it.

    The text is checked by reading it. What no text of the form gives back (a quarter, seconds since
    1970) is written in ISO 8601, which is read in columns of dates and timestamps as well.

    Args:
        column: How the training data was read.
        value: A value of the stored column.

    Example:
        >>> clock = {"name": "t", "original_name": "t", "type": "time", "missing": 0}
        >>> written_moment(SnapshotColumn(**clock, format="%H:%M"), dt.time(9, 5))
        '09:05'
    """
    forms = batch_forms(column)
    primary = [form_of(parser) for parser in forms.forms[: forms.primary]]
    wanted = _of_type(column.type, value)
    for text in _candidates(column, value):
        found = next((v for form in primary if (v := read_text(form, text)) is not None), None)
        if found == wanted:
            return text
    return str(value)


def _candidates(column: SnapshotColumn, value: Any) -> list[str]:
    """Return the texts of a value in the parts of the column's format."""
    base, _ = split_window(column.format or "")
    texts = []
    for part in (part for both in base.split(" or ") for part in both.split(" and ")):
        zone = "+00:00" if part.endswith(ZONED) else ""
        format_ = part.removesuffix(ZONED).removesuffix(MIDNIGHT)
        if "%" in format_:
            texts.append(value.strftime(format_) + zone)
    return texts


def _of_type(type_: str, value: Any) -> Any:
    """Return a cell of pandas as the type that a form returns."""
    value = value.to_pydatetime(warn=False) if hasattr(value, "to_pydatetime") else value
    return value.date() if type_ == "date" and isinstance(value, dt.datetime) else value
