"""Read a file of rows as texts, for a model without PipeWeave.

The source is copied beside exported models.
"""

import csv
import io
from pathlib import Path
from typing import Any

import pandas as pd

from pipeweave_dagster.core.model.column_names import ColumnsError, match_columns
from pipeweave_dagster.core.model.serving import exact_frame

_DELIMITERS = ",;\t|"


def file_rows(path: str, reading: dict[str, Any]) -> pd.DataFrame:
    """Return the rows of a Parquet file, or of a delimited text file as texts.

    Args:
        path: The file. A text file has the names of its columns in its first line, unless the
            training file had none.
        reading: How the training data was read.

    Raises:
        ColumnsError: With no delimiter, the first line names a column that the model uses.
    """
    if path.endswith((".parquet", ".pq")):
        from pyarrow import parquet

        return exact_frame(parquet.read_table(path))
    text = _decoded(Path(path).read_bytes(), reading.get("encoding"))
    named = any(column["original_name"].strip() for column in reading["columns"])
    delimiter = reading.get("delimiter") or _delimiter(text, reading, named=named)
    rows: pd.DataFrame = pd.read_csv(
        io.StringIO(text),
        sep=delimiter,
        header=0 if named else None,
        dtype=str,
        keep_default_na=False,
        index_col=False,
    )
    return rows


def _decoded(content: bytes, encoding: str | None) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16")
    try:
        return content.decode(encoding or "utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252")


def _delimiter(text: str, reading: dict[str, Any], *, named: bool) -> str:
    """Return the delimiter with which most columns of the model are found."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    found = {
        d: _matched(next(csv.reader([first], delimiter=d), []), reading, named=named)
        for d in _DELIMITERS
    }
    best = max(found, key=lambda d: found[d])
    if not found[best]:
        wanted = ", ".join(column["name"] for column in reading["columns"][:30])
        raise ColumnsError(
            f"The first line names none of the columns that the model uses: {first[:200]!r}."
            f" Provide any of: {wanted}."
        )
    return best


def _matched(names: list[str], reading: dict[str, Any], *, named: bool) -> int:
    required = {column["name"]: column["original_name"] for column in reading["columns"]}
    names = names if named else [""] * len(names)
    try:
        return len(match_columns(names, required, reading["table"], reading["target"]))
    except ColumnsError:
        return 0
