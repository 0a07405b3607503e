"""Read a file of rows as texts, for a model without PipeWeave.

The source is copied beside exported models.
"""

import csv
import io
import re
from pathlib import Path
from typing import Any

import pandas as pd

from pipeweave_dagster.core.model.closing_lines import closing_notes, closing_start, is_blank
from pipeweave_dagster.core.model.column_names import ColumnsError, match_columns
from pipeweave_dagster.core.model.exact_numbers import exact_frame
from pipeweave_dagster.core.model.surplus_fields import surplus_notes

_DELIMITERS = ",;\t|"
_MARK = re.compile(r"^\s*(#+|%+|//+|--+|!+)\s*")
"""Of a comment, behind which programs write the names of columns."""


def file_rows(path: str, reading: dict[str, Any]) -> pd.DataFrame:
    """Return the rows of a Parquet file, or of a delimited text file as texts.

    What was left out of a text file (lines that close the table, fields beyond the last column) is
    in `.attrs["notes"]`.

    Args:
        path: The file. A text file has the names of its columns in its first line, unless the
            training file had none.
        reading: How the training data was read.

    Raises:
        ColumnsError: The file is not text, has no line, or its first one names no column that the
            model uses, whatever the delimiter.
    """
    if path.endswith((".parquet", ".pq")):
        from pyarrow import parquet

        return exact_frame(parquet.read_table(path))
    text = _decoded(Path(path).read_bytes(), reading.get("encoding"))
    named = any(column["original_name"].strip() for column in reading["columns"])
    delimiter = reading.get("delimiter") or _delimiter(text, reading, named=named)
    lines, records = _records(text, delimiter)
    if not records:
        raise ColumnsError("The file is empty.")
    width, first = len(records[0]), int(named)
    end = first + closing_start(records[first:], width)
    cells: list[list[Any]] = [r[:width] + [None] * (width - len(r)) for r in records[first:end]]
    # Made without names: pandas would rename columns without a name, and the second of two alike.
    rows = pd.DataFrame(cells, columns=range(width), dtype=object)
    if named:
        rows = rows.set_axis(_without_mark(records[0], reading), axis=1)
    closing = [(line, r[0]) for line, r in zip(lines[end:], records[end:], strict=True)]
    surplus = [lines[i] for i in range(first, end) if not is_blank(records[i][width:])]
    rows.attrs["notes"] = [*closing_notes(closing), *surplus_notes(surplus, width)]
    return rows


def _records(text: str, delimiter: str) -> tuple[list[int], list[list[str]]]:
    """Return the lines on which records begin, and their fields, without blank ones."""
    lines, records, line = [], [], 1
    usual = csv.field_size_limit(len(text) + 1)
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        for fields in reader:
            if len(fields) > 1 or any(field.strip(" ") for field in fields):
                lines.append(line)
                records.append(fields)
            line = reader.line_num + 1
    finally:
        csv.field_size_limit(usual)
    return lines, records


def _without_mark(names: list[str], reading: dict[str, Any]) -> list[str]:
    """Return the names of a first line without the mark of a comment before the first one."""
    known = {column["original_name"] for column in reading["columns"]}
    first = _MARK.sub("", names[0])
    return [first, *names[1:]] if first in known and names[0] not in known else names


def _decoded(content: bytes, encoding: str | None) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16")
    for name in (encoding or "utf-8-sig", "cp1252"):
        try:
            text = content.decode(name)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise ColumnsError("The file is neither delimited text nor Parquet; save it as CSV.")


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
    names = _without_mark(names, reading) if named and names else [""] * len(names)
    try:
        return len(match_columns(names, required, reading["table"], reading["target"]))
    except ColumnsError:
        return 0
