"""Find the time of each row of a table, as one column of timestamps."""

from collections.abc import Callable, Sequence

import numpy as np

from pipeweave_dagster.core.columns.column import Column, Floats

DAY = 86_400.0
_PARTS = ("year", "month", "day")


def row_times(columns: Sequence[Column]) -> tuple[Column, list[str]] | None:
    """Return the timestamps of the rows and the names of their source columns, if any.

    Sources in order of preference: a datetime column; a date column with a time column; integer
    columns named year, month and day (and hour, minute); a date column. Columns with personal data
    (dates of birth) are ignored.
    """
    usable = [c for c in columns if not c.info.pii and c.distinct > 1]
    by_kind = {kind: _first(usable, kind) for kind in ("datetime", "date", "time")}
    datetime, date, time = by_kind["datetime"], by_kind["date"], by_kind["time"]
    if datetime is not None:
        return datetime, [datetime.name]
    if date is not None and time is not None:
        return _column(date, date.values() + time.values()), [date.name, time.name]
    parts = {c.name.casefold(): c for c in usable if c.info.storage == "integer"}
    parts |= {c.name.casefold(): c for c in columns if c.name.casefold() in _PARTS and c.ordered}
    if set(_PARTS) <= parts.keys():
        return _from_parts(parts)
    return (date, [date.name]) if date is not None else None


def _first(columns: Sequence[Column], storage: str) -> Column | None:
    return next((c for c in columns if c.info.storage == storage), None)


def _from_parts(parts: dict[str, Column]) -> tuple[Column, list[str]] | None:
    year, month, day = (parts[name].values() for name in _PARTS)
    known = np.isfinite(year) & np.isfinite(month) & np.isfinite(day)
    valid = known & (np.abs(year - 2000) < 500) & (month >= 1) & (month <= 12) & (day >= 1)
    if not known.any() or (valid & (day <= 31)).sum() < 0.99 * known.sum():
        return None
    seconds = np.full(len(year), np.nan)
    months = ((year[valid] - 1970) * 12 + month[valid] - 1).astype("datetime64[M]")
    first = months.astype("datetime64[s]").astype(np.int64).astype(np.float64)
    seconds[valid] = first + (day[valid] - 1) * DAY
    used = [parts[name].name for name in _PARTS]
    for name, size in (("hour", 3600.0), ("minute", 60.0)):
        if name not in parts:
            break
        seconds = seconds + parts[name].values() * size
        used.append(parts[name].name)
    return _column(parts["year"], seconds), used


def _column(like: Column, seconds: Floats) -> Column:
    """Encode timestamps as a column, missing where any of their parts is."""
    known = np.isfinite(seconds)
    numbers, inverse, counts = np.unique(seconds[known], return_inverse=True, return_counts=True)
    codes = np.full(len(seconds), -1, np.int32)
    codes[known] = inverse
    info = like.info.model_copy(update={"storage": "datetime", "type": "datetime"})
    return Column(info, codes, counts.astype(np.int64), numbers, _no_text(len(numbers)))


def _no_text(size: int) -> Callable[[], list[str]]:
    return lambda: [""] * size
