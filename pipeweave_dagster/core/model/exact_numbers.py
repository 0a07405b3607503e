"""Tables with whole numbers that float64 would round.

The source is copied beside exported and registered models.
"""

from typing import Any

import pandas as pd

EXACT_INTEGERS = 2**53
"""Whole numbers from here on are not all distinct as float64."""


def exact_frame(table: Any) -> pd.DataFrame:
    """Return an Arrow table as a DataFrame without rounding whole numbers.

    pandas reads whole numbers with missing values as float64, which holds 15 digits; such a column
    becomes `Int64` if it needs more.
    """
    frame: pd.DataFrame = table.to_pandas()
    for field in table.schema:
        name = field.name
        whole = str(field.type).startswith(("int", "uint"))
        if whole and frame[name].dtype.kind == "f" and frame[name].abs().max() >= EXACT_INTEGERS:
            frame[name] = pd.array(table.column(name).to_pylist(), dtype="Int64")
    return frame


def are_codes(values: pd.Series) -> bool:
    """Return whether the whole numbers need more digits than float64 has: codes, not amounts."""
    if not pd.api.types.is_integer_dtype(values.dtype) or values.isna().all():
        return False
    return bool(max(abs(int(values.min())), abs(int(values.max()))) >= EXACT_INTEGERS)


def read_rows(path: str) -> pd.DataFrame:
    """Return the rows of a Parquet or CSV file without rounding whole numbers."""
    if path.endswith(".parquet"):
        from pyarrow import parquet

        # A folder named `a=b` on the way to the file is not a column.
        return exact_frame(parquet.read_table(path, partitioning=None))
    rows: pd.DataFrame = pd.read_csv(path)
    long = [n for n in rows if rows[n].dtype.kind == "f" and rows[n].abs().max() >= EXACT_INTEGERS]
    texts = pd.read_csv(path, dtype=str, usecols=long) if long else rows[[]]
    for name in long:
        known = texts[name].dropna()
        if known.str.fullmatch(r"[-+]?\d+").all():
            rows[name] = texts[name]
    return rows
