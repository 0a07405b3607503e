"""The rows of a request, in the forms that MLflow's scoring server accepts."""

import csv
import json
from typing import Any

from pipeweave_dagster.core.errors import validation_error

MOST_BYTES = 16 << 20
_DELIMITED = {"text/csv", "text/tab-separated-values"}
_KEYS = ("dataframe_split", "dataframe_records", "instances", "inputs")
_FORM = (
    "Send JSON with one of `dataframe_split`, `dataframe_records`, `instances` and `inputs`, or CSV"
    " with the content type text/csv."
)


def rows_of(body: bytes, content_type: str, reading: dict[str, Any]) -> Any:
    """Return the rows of a request as a table that `RowScorer` accepts.

    CSV is read as a file to score is, also with semicolons or tabs between the fields; what is to
    be said of it is in `.attrs["notes"]`.

    Args:
        body: The body.
        content_type: Its media type; JSON unless it is one of delimited text.
        reading: How the training data was read, see `reading_of`.

    Raises:
        PipeWeaveError: VALIDATION_ERROR if the body has none of the known forms.
    """
    kind = content_type.partition(";")[0].strip().lower()
    if kind in _DELIMITED:
        return _text_rows(body, reading)
    try:
        content = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise validation_error(f"The body is not JSON: {str(error)[:100]}.", fix=_FORM) from None
    given = [key for key in _KEYS if isinstance(content, dict) and key in content]
    if len(given) != 1:
        raise validation_error("The body has no rows, or rows in two forms.", fix=_FORM)
    rows = content[given[0]]
    if given[0] == "dataframe_split":
        return _split_rows(rows)
    expected = (dict, list) if given[0] == "inputs" else list
    if not isinstance(rows, expected):
        raise validation_error(f"`{given[0]}` is not a list of rows.", fix=_FORM)
    if isinstance(rows, list) and rows and not isinstance(rows[0], dict | list):
        rows = [rows]  # one row
    if not rows:
        raise validation_error(f"`{given[0]}` has no rows.", fix="Send at least one row.")
    _check_alike(rows, given[0])
    return rows


def _split_rows(rows: Any) -> Any:
    import pandas as pd

    if not isinstance(rows, dict) or not isinstance(rows.get("data"), list):
        raise validation_error("`dataframe_split` needs `columns` and `data`.", fix=_FORM)
    columns = rows.get("columns")
    if columns is not None and not isinstance(columns, list):
        raise validation_error("`columns` of `dataframe_split` is not a list.", fix=_FORM)
    _check_alike(rows["data"], "dataframe_split")
    try:
        return pd.DataFrame(rows["data"], columns=columns, dtype=object)
    except (ValueError, TypeError) as error:
        raise validation_error(
            f"`columns` and `data` do not fit: {str(error)[:100]}.", fix=_FORM
        ) from None


def _check_alike(rows: Any, key: str) -> None:
    """Refuse rows that are partly objects and partly lists, which have no columns in common."""
    kinds = {type(row) for row in rows} if isinstance(rows, list) else set()
    if len(kinds) > 1:
        raise validation_error(f"`{key}` mixes objects and lists.", fix=_FORM)
    if kinds == {list}:
        _check_lengths(rows, key)


def _check_lengths(rows: list[Any], key: str) -> None:
    """Refuse lists of different lengths, whose last values would count as missing."""
    width = len(rows[0])
    for number, row in enumerate(rows):
        if len(row) != width:
            raise validation_error(
                f"Row {number} (counted from 0) of `{key}` has {len(row):,} values, row 0 has"
                f" {width:,}.",
                fix="Give every row all values, null where one is missing.",
                row=number,
            )


def _text_rows(body: bytes, reading: dict[str, Any]) -> Any:
    from pipeweave_dagster.core.model.column_names import ColumnsError
    from pipeweave_dagster.core.model.read_file import text_rows

    try:
        return text_rows(body, reading)
    except (ColumnsError, csv.Error) as error:
        reason = " ".join(str(error).split()).rstrip(".")
        fix = "Send rows below a line with the names of their columns; or JSON."
        raise validation_error(f"The body is no CSV of this model: {reason}.", fix=fix) from None
