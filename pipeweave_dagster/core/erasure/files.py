# ruff: noqa: S608 - the names in SQL are made here, values go through `literal`
"""Remove rows of one subject from uploaded files: lines of text files, rows of Parquet files."""

from pathlib import Path
from typing import NamedTuple

from pipeweave_dagster.core.documents import BLOCK_FIELDS, LOG_FIELDS, Dialect, ReadSetting
from pipeweave_dagster.core.erasure import RemovedRows
from pipeweave_dagster.core.erasure.tables import cells_of, fold, key_of, without_subject
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.core.ingest import ColumnMatcher, IngestLimits
from pipeweave_dagster.core.ingest.aligned_batch import read_fitting
from pipeweave_dagster.core.ingest.base.raw_table import RawTable
from pipeweave_dagster.core.ingest.base.sql_quoting import literal
from pipeweave_dagster.core.ingest.base.workspace import Workspace, workspace
from pipeweave_dagster.core.ingest.build_table import read_raw
from pipeweave_dagster.core.ingest.text.read_options import ReadOptions

_LINES = {"csv", "jsonl"}
_MOST_QUOTED_LINES = 10_000


class _Found(NamedTuple):
    """The rows of a subject and their lines; how the file was read, and its rows and columns.

    `apart` are the lines of damaged records that are no rows.
    """

    rows: list[int]
    lines: list[int]
    apart: list[int]
    dialect: Dialect
    total: int
    columns: list[str]


def remove_rows(
    file: Path,
    name: str,
    column: str,
    value: str,
    target: Path,
    limits: IngestLimits,
    read: ReadSetting | None,
) -> RemovedRows:
    """Write a copy of a file without the rows of a subject; see `remove_from_file`."""
    found = _found(file, name, column, value, limits, read)
    rows, dialect, columns = found.rows, found.dialect, found.columns
    facts = RemovedRows(columns=columns, rows=rows, lines=len(found.apart))
    if not facts.count:
        return facts
    kind = f"{dialect.format} in {dialect.container}" if dialect.container != "none" else ""
    if dialect.format == "parquet" and not kind:
        without_subject(file, column, value, target)
    elif dialect.format in _LINES and not kind:
        _without_lines(file, [*found.lines, *found.apart], dialect, target)
    else:
        problem = f"rows cannot be removed from a file of {kind or dialect.format}"
        return facts.model_copy(update={"problem": problem})
    if len(rows) < found.total:
        left = _found(target, name, column, value, limits, read)
        whole = not left.rows and not left.apart and left.total == found.total - len(rows)
    else:  # a file without rows cannot be read
        whole = True
    if not whole:
        target.unlink()
    problem = "" if whole else "its lines are not those of its rows"
    return facts.model_copy(update={"problem": problem})


def _found(
    file: Path,
    name: str,
    column: str,
    value: str,
    limits: IngestLimits,
    read: ReadSetting | None,
) -> _Found:
    with workspace(file.parent / f"{file.name}-rows", limits, [file]) as space:
        raw = read_fitting((file, name), space, [], [read], ColumnMatcher((column,)))
        rows = _rows_of(raw, column, value, space)
        apart: set[int] = set()
        if damaged := _damaged_lines((file, name), value, space, read):
            every = raw.line_numbers_of(list(range(raw.rows)))
            rows = sorted({*rows, *(n for n, line in enumerate(every) if line in damaged)})
            apart = damaged - {*every}
        lines = _lines_of(raw, rows) if rows else []
        return _Found(rows, lines, sorted(apart), raw.dialect, raw.rows, list(raw.names))


def _lines_of(raw: RawTable, rows: list[int]) -> list[int]:
    """Return the lines of rows; records of several lines go on up to the next one."""
    if raw.dialect.delimiter not in {LOG_FIELDS, BLOCK_FIELDS}:
        return raw.line_numbers_of(rows)
    wanted = sorted({*rows, *(row + 1 for row in rows if row + 1 < raw.rows)})
    starts = dict(zip(wanted, raw.line_numbers_of(wanted), strict=True))
    ends = {row: starts.get(row + 1, starts[row] + _MOST_QUOTED_LINES) for row in rows}
    return [line for row in rows for line in range(starts[row], ends[row])]


def _damaged_lines(
    file: tuple[Path, str], value: str, space: Workspace, read: ReadSetting | None
) -> set[int]:
    """Return the lines, quarantined or left out, that have the subject as a cell."""
    try:
        plain = read_raw(*file, "plain", space, ReadOptions(read=read))
    except PipeWeaveError:  # such as a file with damaged records only
        return set()
    key = key_of(value)
    apart = [(record.line, record.text) for record in plain.rejected]
    apart += [(left.line, left.text) for left in plain.left_out]
    return {line for line, text in apart if key in cells_of(text)}


def _rows_of(raw: RawTable, column: str, value: str, space: Workspace) -> list[int]:
    places = [place for place, name in enumerate(raw.names) if fold(name) == fold(column)]
    if not places:
        return []
    text = rf"regexp_replace(trim(CAST(c{places[0]} AS VARCHAR)), '^(-?\d+)\.0+$', '\1')"
    query = f"SELECT rowid FROM {raw.table} WHERE {text} = {literal(key_of(value))} ORDER BY rowid"
    return [int(row) for (row,) in space.query(query)]


def _without_lines(file: Path, lines: list[int], dialect: Dialect, target: Path) -> None:
    """Copy a text file without some records; a record in quotes may have several lines."""
    encoding = dialect.encoding or "utf-8"
    errors = "surrogateescape" if encoding.startswith("utf-8") else "strict"
    text = file.read_bytes().decode(encoding, errors)
    end = "\r" if dialect.line_end == "\r" else "\n"
    parts = text.split(end)
    quote = dialect.quote if dialect.format == "csv" else None
    gone = set[int]()
    for line in lines:
        gone |= _record(parts, line - 1, quote)
    kept = end.join(part for number, part in enumerate(parts) if number not in gone)
    target.write_bytes(kept.encode(encoding, errors))


def _record(parts: list[str], first: int, quote: str | None) -> set[int]:
    """Return the lines of a record, which ends where its quotes are closed."""
    last, open_ = first, bool(quote) and parts[first].count(str(quote)) % 2 == 1
    while open_ and last + 1 < len(parts) and last - first < _MOST_QUOTED_LINES:
        last += 1
        open_ = parts[last].count(str(quote)) % 2 == 0
    return set(range(first, last + 1))
