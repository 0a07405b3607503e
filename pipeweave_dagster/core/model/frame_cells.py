"""Cells of frames, dicts and arrays: typed ones as values, others as texts to parse.

The source is copied beside exported and registered models.
"""

import datetime as dt
import sys
from collections.abc import Hashable, Mapping
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from pipeweave_dagster.core.model.value_expressions import trimmed

_FLOAT_DIGITS = 2**53
_OPEN_ENDS = {dt.date(9999, 12, 31), dt.date(2999, 12, 31), dt.date(1, 1, 1)}


def as_frame(rows: Any) -> pd.DataFrame:
    """Return rows of any of the accepted kinds as a data frame."""
    if isinstance(rows, pd.DataFrame):
        return rows
    if isinstance(rows, Mapping) and not any(np.ndim(v) for v in rows.values()):
        return pd.DataFrame([dict(rows)], dtype=object)
    if isinstance(rows, list | tuple) and rows and isinstance(rows[0], Mapping):
        return pd.DataFrame(list(rows), dtype=object)
    return pd.DataFrame(rows, dtype=None if isinstance(rows, np.ndarray) else object)


def factorized(values: pd.Series) -> tuple[np.ndarray, list[Any]]:
    """Return codes and distinct values, -1 if missing; 1, 1.0, True and '1' stay apart."""
    if values.dtype != object and not isinstance(values.dtype, pd.CategoricalDtype):
        codes, found = pd.factorize(values)
        return codes, list(found)
    seen: dict[tuple[type, Any], int] = {}
    cells = values.astype(object).to_numpy()
    gone = pd.isna(cells)
    codes = np.full(len(cells), -1)
    for place in np.flatnonzero(~gone):
        cell = cells[place]
        if not isinstance(cell, Hashable):  # a list
            cell = str(cell)
        codes[place] = seen.setdefault((type(cell), cell), len(seen))
    return codes, [cell for _, cell in seen]


def typed_or_text(value: Any, type_: str, plain: Any) -> tuple[Any, str | None]:
    """Return the value of a cell, or else its text in the characters that parsers read."""
    if isinstance(value, str):
        text = trimmed(value)
        text = None if text is None else plain(text)
        return (text, None) if type_ == "text" else (None, text)
    value = _plain_cell(value)
    if type_ == "text":
        return cell_text(value), None
    fits, found = _typed(value, type_)
    return (found, None) if fits else (None, cell_text(value))


def _plain_cell(value: Any) -> Any:
    """Return a cell of NumPy, pandas or `decimal` as Python's own type; moments in UTC."""
    if isinstance(value, np.generic):
        value = value.item() if not isinstance(value, np.datetime64) else pd.Timestamp(value)
    if isinstance(value, pd.Timestamp):
        value = value.to_pydatetime(warn=False)
    if isinstance(value, dt.datetime) and value.tzinfo is not None:
        return value.astimezone(dt.UTC).replace(tzinfo=None)
    return float(value) if isinstance(value, Decimal) else value


def cell_text(value: Any) -> str:
    """Return the text of a typed cell, as a file has it: 3.0 is `3`, True is `true`."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e38 else repr(value)
    return str(value)


def _typed(value: Any, type_: str) -> tuple[bool, Any]:
    """Return whether a typed cell needs no parsing, and its value in the type."""
    number = isinstance(value, bool | int | float)
    if type_ == "number" and number:
        finite = abs(value) <= sys.float_info.max
        return True, float(value) if finite else None
    if type_ == "integer" and number:
        whole = -(2**63) <= value < 2**63 and value == int(value)
        return whole, int(value) if whole else None
    if type_ == "boolean" and number:
        return value in (0, 1), bool(value)
    if type_ in ("date", "datetime") and isinstance(value, dt.date):
        day = value.date() if isinstance(value, dt.datetime) else value
        moment = value if isinstance(value, dt.datetime) else dt.datetime.combine(day, dt.time())
        return True, None if day in _OPEN_ENDS else day if type_ == "date" else moment
    return (True, value) if type_ == "time" and isinstance(value, dt.time) else (False, None)


def stored_values(values: np.ndarray, type_: str) -> Any:
    """Return values as pandas reads them from the Parquet file of a column of this type."""
    if type_ == "number":
        return values.astype(np.float64)
    if type_ == "datetime":
        return pd.Series(values).astype("datetime64[us]")
    gone = values == None  # noqa: E711 - element by element
    if type_ == "boolean":
        return values if gone.any() else values.astype(bool)
    if type_ != "integer":
        return pd.Series(values, dtype="str" if type_ == "text" else object)
    if not gone.any():
        return values.astype(np.int64)
    large = max((abs(v) for v in values[~gone]), default=0) >= _FLOAT_DIGITS
    return pd.array(values, dtype="Int64") if large else values.astype(np.float64)
