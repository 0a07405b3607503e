"""Read a file of rows as texts, for a model without PipeWeave.

The source is copied beside exported models.
"""

import csv
import re
from pathlib import Path
from typing import Any

import pandas as pd

from pipeweave_dagster.core.model.closing_lines import closing_notes, closing_start, is_blank
from pipeweave_dagster.core.model.column_names import ColumnsError, fold_name, match_columns
from pipeweave_dagster.core.model.declared_delimiter import without_declaring_line
from pipeweave_dagster.core.model.exact_numbers import exact_frame
from pipeweave_dagster.core.model.read_records import (
    FORMATS_READ,
    is_workbook_content,
    json_records,
    workbook_rows,
)
from pipeweave_dagster.core.model.surplus_fields import surplus_notes
from pipeweave_dagster.core.model.text_records import text_records

_DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
_MARK = re.compile(r"^\s*(#+|%+|//+|--+|!+)\s*")
"""Of a comment, behind which programs write the names of columns."""


def file_rows(path: str, reading: dict[str, Any]) -> pd.DataFrame:
    """Return the rows of a file: of Parquet and workbooks as values, of delimited text as texts.

    Args:
        path: The file; its first bytes decide how it is read.
        reading: How the training data was read.

    Raises:
        ColumnsError: As `text_rows`, `json_records` and `workbook_rows`.
    """
    content = Path(path).read_bytes()
    if content.startswith(b"PAR1") or path.endswith((".parquet", ".pq")):
        from pyarrow import parquet

        return exact_frame(parquet.read_table(path))
    if is_workbook_content(content):
        columns = [*reading["columns"], {"name": reading["target"]}]
        known = {fold_name(n) for c in columns for n in (c["name"], c.get("original_name", ""))}
        header, rows, notes = workbook_rows(content, known - {""})
        frame = pd.DataFrame(rows, columns=range(len(header)), dtype=object)
        frame = frame.set_axis(header, axis=1)
        frame.attrs["notes"] = notes
        return frame
    records = json_records(_decoded(content, reading.get("encoding")))
    if records is not None:
        return pd.DataFrame(records, dtype=object)
    return text_rows(content, reading)


def text_rows(content: bytes, reading: dict[str, Any]) -> pd.DataFrame:
    """Return the rows of delimited text as texts.

    What was left out (lines that close the table, fields beyond the last column) is in
    `.attrs["notes"]`, and so is a first line that declares the delimiter.

    Args:
        content: The text. The names of its columns are in its first line, unless the training file
            had none.
        reading: How the training data was read; its delimiter and encoding where the user set them.

    Raises:
        ColumnsError: The content is not text, has no line, or its first one names no column that
            the model uses, whatever the delimiter.
    """
    text, declared, notes = without_declaring_line(_decoded(content, reading.get("encoding")))
    named = any(column["original_name"].strip() for column in reading["columns"])
    delimiter = reading.get("delimiter") or declared or _delimiter(text, reading, named=named)
    lines, records = text_records(text, delimiter)
    if not records:
        raise ColumnsError("There is no row: the file is empty.")
    named = named or _has_names(records[0], reading)
    width, first = len(records[0]), int(named)
    end = first + closing_start(records[first:], width, padded=True)
    cells: list[list[Any]] = [r[:width] + [None] * (width - len(r)) for r in records[first:end]]
    # Made without names: pandas would rename columns without a name, and the second of two alike.
    rows = pd.DataFrame(cells, columns=range(width), dtype=object)
    if named:
        rows = rows.set_axis(_without_mark(records[0], reading), axis=1)
    closing = [(line, r[0]) for line, r in zip(lines[end:], records[end:], strict=True)]
    surplus = [lines[i] for i in range(first, end) if not is_blank(records[i][width:])]
    rows.attrs["notes"] = [*notes, *closing_notes(closing), *surplus_notes(surplus, width)]
    return rows


def _has_names(record: list[str], reading: dict[str, Any]) -> bool:
    """Return whether a record has the names that the columns of a file without names were given."""
    return {column["name"] for column in reading["columns"]} <= {*record}


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
    raise ColumnsError(f"This cannot be read. {FORMATS_READ}; unpack it, or save it as CSV.")


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
            "The first line names none of the columns that the model uses, with any of the "
            f"delimiters {', '.join(_DELIMITERS.values())}: {first[:200]!r}. Provide any of: "
            f"{wanted}. {FORMATS_READ}."
        )
    return best


def _matched(names: list[str], reading: dict[str, Any], *, named: bool) -> int:
    required = {column["name"]: column["original_name"] for column in reading["columns"]}
    names = _without_mark(names, reading) if named and names else [""] * len(names)
    try:
        return len(match_columns(names, required, reading["table"], reading["target"]))
    except ColumnsError:
        return 0
