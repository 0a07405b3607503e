"""Data frames of pandas as Arrow tables: names, indexes, and columns of several types."""

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pipeweave_dagster.core.errors import validation_error

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

_SCALARS = (str, int, float, Decimal, dt.date, dt.time)


def arrow_of_pandas(frame: "pd.DataFrame") -> "pa.Table":
    """Return a data frame as a table that is read like the Parquet file that pandas writes of it.

    An index with a name, or one that does not hold row numbers, is kept. A column whose values have
    several types, or integers beyond 64 bits, has their texts, as a CSV file would.

    Raises:
        PipeWeaveError: VALIDATION_ERROR for a column of other objects.
    """
    import pyarrow as pa

    frame = with_flat_names(frame)
    kept = _is_kept(frame.index)
    try:
        return pa.Table.from_pandas(frame, preserve_index=kept)
    except (TypeError, OverflowError, pa.ArrowException):
        frame = frame.reset_index() if kept else frame
        columns = {name: _column(name, frame[name]) for name in frame.columns}
        return pa.table(columns)


def with_flat_names(frame: "pd.DataFrame") -> "pd.DataFrame":
    """Return a data frame whose columns have texts as names; levels are joined with a blank.

    Example:
        >>> import pandas as pd
        >>> list(with_flat_names(pd.DataFrame([[1, 2]], columns=[("a", "x"), ("b", "")])))
        ['a x', 'b']
    """
    import pandas as pd

    named = frame.copy(deep=False)
    named.columns = pd.Index([_flat(label) for label in frame.columns], dtype=object)
    return named


def _flat(label: Any) -> str:
    if not isinstance(label, tuple):
        return str(label)
    return " ".join(str(level) for level in label if str(level).strip())


def _is_kept(index: "pd.Index[Any]") -> bool:
    """Return whether an index identifies rows, and does not only number them."""
    import pandas as pd

    named = any(name is not None for name in index.names)
    return named or not (isinstance(index, pd.RangeIndex) or pd.api.types.is_integer_dtype(index))


def _column(name: str, series: "pd.Series[Any]") -> Any:
    """Return a column as it is, or as texts if its values have no common type."""
    import pyarrow as pa

    try:
        return pa.Array.from_pandas(series)
    except (TypeError, OverflowError, pa.ArrowException):
        texts = [_text(value, name) for value in series.astype(object)]
        return pa.array(texts, pa.large_string())


def _text(value: Any, name: str) -> str | None:
    """Return the text of a value, None for a missing one."""
    import numpy as np
    import pandas as pd

    plain = value.item() if isinstance(value, np.generic) else value
    if pd.api.types.is_scalar(plain) and pd.isna(plain):
        return None
    if isinstance(plain, bool):
        return str(plain).lower()
    if isinstance(plain, float) and plain.is_integer() and abs(plain) < 2**53:
        return str(int(plain))
    if isinstance(plain, _SCALARS):
        return str(plain)
    raise validation_error(
        f"The table cannot be read: column {name[:80]!r} has values of type"
        f" {type(value).__name__} beside others.",
        fix="Convert the column to texts, numbers or dates.",
    )
