"""What makes a row the same row in another version: its declared id, else the common columns.

A hash of all columns changes when one of them is lost, added or read as another type; the rows
would be divided anew, and two models would share few rows that neither has learned from.
"""

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
from numpy.typing import NDArray

from pipeweave_dagster.core.model.column_values import as_text
from pipeweave_dagster.core.model.exact_numbers import exact_frame
from pipeweave_dagster.core.model.test_row_columns import ROW_ID, feature_names

Mask = NDArray[np.bool_]

FEWEST_DISTINCT = 0.5
"""Share of distinct rows below which common columns do not identify a row."""
_ID = "id"


def identities(rows: pd.DataFrame, row_id: pd.Series | None) -> pd.DataFrame:
    """Return the columns that identify the rows: the id if there is one, else all of them."""
    return rows if row_id is None else pd.DataFrame({_ID: row_id})


def common_keys(first: pd.DataFrame, second: pd.DataFrame) -> tuple[pd.Series, pd.Series] | None:
    """Return a hash per row over the columns of both; None if these do not identify rows.

    A number is the same as an integer and as a float, and as text in one version.
    """
    shared = sorted(set(first.columns) & set(second.columns))
    if not shared or first.empty or second.empty:
        return None
    keys = [_hashed(frame[shared]) for frame in (first, second)]
    lost = len(shared) < max(first.shape[1], second.shape[1])
    if lost and min(k.nunique() / len(k) for k in keys) < FEWEST_DISTINCT:
        return None
    return keys[0], keys[1]


def matched(first: pd.Series, second: pd.Series) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the positions of equal keys on both sides; duplicates match in their order."""
    pairs = pd.merge(
        _numbered(first).rename(columns={"row": "a"}),
        _numbered(second).rename(columns={"row": "b"}),
        on=["key", "copy"],
    )
    return pairs["a"].to_numpy(dtype=np.intp), pairs["b"].to_numpy(dtype=np.intp)


def were_tested(rows: pd.DataFrame, row_id: pd.Series | None, earlier: Path) -> Mask:
    """Return which rows are test rows of an earlier model.

    Args:
        rows: Raw features of the rows.
        row_id: Their declared id, if there is one.
        earlier: The test rows file of that model (see `core.model.test_row_columns`).
    """
    known = exact_frame(pq.read_table(earlier))
    names = feature_names(list(known.columns))
    both = row_id is not None and ROW_ID in known
    theirs = known[list(names)].rename(columns=names)
    keys = common_keys(
        identities(rows, row_id if both else None),
        identities(theirs, known[ROW_ID] if both else None),
    )
    tested = np.zeros(len(rows), dtype=bool)
    if keys is not None:
        tested[matched(*keys)[0]] = True
    return tested


def _hashed(frame: pd.DataFrame) -> pd.Series:
    texts = {name: pd.Series(as_text(frame[name]), dtype="string") for name in frame.columns}
    return pd.Series(pd.util.hash_pandas_object(pd.DataFrame(texts), index=False))


def _numbered(keys: pd.Series) -> pd.DataFrame:
    copies = keys.groupby(keys).cumcount()
    return pd.DataFrame({"key": keys, "copy": copies, "row": np.arange(len(keys))})
