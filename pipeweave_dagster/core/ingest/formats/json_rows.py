"""Read JSON and JSON Lines: the records of a document, flattened to columns."""

import json
from typing import Any

from pipeweave_dagster.core.counted import counted
from pipeweave_dagster.core.errors import validation_error
from pipeweave_dagster.core.ingest.base.containers import Content
from pipeweave_dagster.core.ingest.base.raw_table import RawTable, RejectedRecord
from pipeweave_dagster.core.ingest.base.workspace import Workspace
from pipeweave_dagster.core.ingest.formats.json_columns import JsonColumns
from pipeweave_dagster.core.ingest.formats.json_envelopes import Records
from pipeweave_dagster.core.ingest.formats.json_extras import is_comment
from pipeweave_dagster.core.ingest.formats.json_lists import (
    feature,
    is_table,
    joined_pages,
    pages_note,
    with_header,
)
from pipeweave_dagster.core.ingest.formats.json_parsing import JsonParser, why_invalid
from pipeweave_dagster.core.ingest.formats.json_records import find_records, unnested
from pipeweave_dagster.core.ingest.formats.relations import Format, from_arrow
from pipeweave_dagster.core.ingest.text.encodings import Utf8Text, to_utf8
from pipeweave_dagster.core.ingest.text.read_options import ReadOptions

_MAX_TEXT = 10_000
_BLANK = " \t\r\n\x1e"  # RFC 7464 has a record separator before each value


def read_json(content: Content, table: str, space: Workspace, options: ReadOptions) -> RawTable:
    """Read a JSON document whose records are a list, or wrapped in an object."""
    file = to_utf8(content.path, content.name, space.folder)
    text = file.path.read_text(encoding="utf-8")
    parser = JsonParser()
    data = parser.parse(text, several=True)  # objects one after the other, over several lines
    found = find_records(data, content.name, options.expected_names)
    columns = JsonColumns(content.name, space.limits)
    rejected = _append_all(columns, found.rows, list(range(1, len(found.rows) + 1)), options)
    raw = _stored(content, "json", columns, table, space)
    raw.dialect = raw.dialect.model_copy(update={"doubt": found.doubt})
    return _described(raw, file, rejected, [*parser.notes(), *found.notes], options)


def read_jsonl(content: Content, table: str, space: Workspace, options: ReadOptions) -> RawTable:
    """Read JSON Lines, one record per line; a line that is not JSON is quarantined.

    Raises:
        ValueError: If most lines are not JSON.
    """
    file = to_utf8(content.path, content.name, space.folder)
    parser = JsonParser()
    columns = JsonColumns(content.name, space.limits)
    rows: list[Any] = []
    lines: list[int] = []
    rejected: list[RejectedRecord] = []
    with file.path.open(encoding="utf-8", newline="\n") as source:
        for line, raw_text in enumerate(source, start=1):
            text = raw_text.strip(_BLANK)
            if not text:
                continue
            if is_comment(text):
                parser.comments += 1
                continue
            try:
                rows.append(feature(parser.parse(text)))
            except ValueError as error:
                rejected.append(
                    RejectedRecord(line, f"not JSON: {why_invalid(error)}", text[:_MAX_TEXT])
                )
                if not options.keep_all:
                    continue
                rows.append({})
            lines.append(line)
    if len(rejected) > len(rows) or not rows:
        raise ValueError(
            f"line {rejected[0].line} is {rejected[0].reason}" if rejected else "empty"
        )
    notes: list[str] = []
    pages = joined_pages(rows)
    if pages is not None:
        lines = [line for line, page in zip(lines, rows, strict=True) for _ in page]
        notes, rows = [pages_note(rows)], [feature(value) for value in pages]
    elif all(isinstance(row, list) for row in rows) and is_table(rows):
        named = with_header(rows)
        lines = lines[len(rows) - len(named) :]
        rows = named
    found = unnested(Records(rows, notes), options.expected_names)
    if found.owners is not None:
        lines = [lines[owner] for owner in found.owners]
    rejected += _append_all(columns, found.rows, lines, options)
    raw = _stored(content, "jsonl", columns, table, space)
    raw.dialect = raw.dialect.model_copy(update={"doubt": found.doubt})
    raw.line_numbers_of = lambda indices: [lines[i] for i in indices]
    return _described(raw, file, rejected, [*parser.notes(), *found.notes], options)


def _append_all(
    columns: JsonColumns, rows: list[Any], lines: list[int], options: ReadOptions
) -> list[RejectedRecord]:
    """Append rows to the columns; where most are objects, return the others as rejected.

    Args:
        columns: The columns to append to.
        rows: Objects, lists of cells, or single values.
        lines: The line of each row; those of rejected rows are removed.
        options: Whether no row may be dropped; a rejected row is then empty.
    """
    objects = sum(isinstance(row, dict) for row in rows)
    lists = sum(isinstance(row, list) for row in rows)
    kind: type = dict if objects >= max(1, lists) else list if lists else object
    rejected, kept = [], []
    for row, line in zip(rows, lines, strict=True):
        fits = isinstance(row, kind)
        if not fits:
            text = json.dumps(row, ensure_ascii=False)[:_MAX_TEXT]
            rejected.append(RejectedRecord(line, "not a record like the others", text))
        if fits or options.keep_all:
            columns.append(row if fits else {})
            kept.append(line)
    lines[:] = kept
    return rejected


def _stored(
    content: Content, format_: Format, columns: JsonColumns, table: str, space: Workspace
) -> RawTable:
    if not columns.values:
        raise validation_error(
            f"{content.name!r} is JSON whose records are empty.",
            fix="Upload a file that contains data.",
            file=content.name,
        )
    raw = from_arrow(content, format_, columns.table(), table, space)
    raw.notes += columns.notes()
    return raw


def _described(
    raw: RawTable,
    file: Utf8Text,
    rejected: list[RejectedRecord],
    notes: list[str],
    options: ReadOptions,
) -> RawTable:
    """Return the table with its encoding, notes and rejected records."""
    raw.dialect = raw.dialect.model_copy(update={"encoding": file.encoding})
    raw.notes += [*file.notes, *notes]
    if options.keep_all:  # the rows are in the table, empty
        listed = "; ".join(f"line {r.line}: {r.reason}" for r in rejected[:5])
        raw.notes += [f"{counted(len(rejected), 'row')} kept empty: {listed}."] if rejected else []
    else:
        raw.rejected = rejected
    return raw
