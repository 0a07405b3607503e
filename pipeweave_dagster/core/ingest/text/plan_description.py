"""How a file is read, as it is stored in the snapshot: dialect, notes, doubts, titles."""

from pipeweave_dagster.core.counted import counted
from pipeweave_dagster.core.documents import Dialect, LeftOutLine, OtherReading
from pipeweave_dagster.core.ingest.base.containers import Content
from pipeweave_dagster.core.ingest.text.column_headers import column_headers, complete_columns
from pipeweave_dagster.core.ingest.text.cut_numbers import cut_numbers
from pipeweave_dagster.core.ingest.text.header_annotations import is_logger_title
from pipeweave_dagster.core.ingest.text.layout_doubt import doubt_of
from pipeweave_dagster.core.ingest.text.non_rows import (
    ANNOTATION,
    LOGGER_TITLE,
    TITLE,
    left_out_line,
)
from pipeweave_dagster.core.ingest.text.other_dialect import doubt_of_delimiter
from pipeweave_dagster.core.ingest.text.read_plan import ReadPlan
from pipeweave_dagster.core.ingest.text.text_dialect import TextDialect


def preamble_lines(plan: ReadPlan) -> list[LeftOutLine]:
    """Return the titles above the names, what describes columns, and what is below drawn lines."""
    named = plan.layout.annotations > 0  # what stands below the names makes them certain
    titles = [
        left_out_line(
            record, LOGGER_TITLE if named and is_logger_title(record.fields[0]) else TITLE
        )
        for record in plan.head[: plan.layout.preamble]
    ]
    described = plan.head[plan.body_start - plan.layout.annotations : plan.body_start]
    below = plan.text.drawn.below if plan.text.drawn else ()
    return [*titles, *(left_out_line(record, ANNOTATION) for record in described), *below]


def _doubt(plan: ReadPlan) -> str | None:
    """Return what is doubtful of a plan, with what decides it: other layouts, missing names."""
    missing = _doubt_of_names(plan)
    if missing:
        return missing
    doubts = [doubt_of_delimiter(plan.dialect, plan.other), doubt_of(plan.layout)]
    return next((doubt for doubt in doubts if doubt), None)


def _doubt_of_names(plan: ReadPlan) -> str | None:
    """Return a note if a column has no name, and numbers that were cut may be the reason."""
    body = plan.head[plan.body_start :]
    names, width = column_headers(plan.layout, body)
    columns = complete_columns(body, width)
    named = [bool(name.strip()) for name in names]
    unnamed = [cells for cells, has in zip(columns, named, strict=False) if not has]
    if not plan.layout.names or not any(map(any, unnamed)):
        return None
    place = cut_numbers(columns)
    if named[-1] and (named[0] or place is None):
        return None
    where = f" ({columns[place][0]},{columns[place + 1][0]})" if place is not None else ""
    reading = "no name for the first, as row names have none, but"
    if not named[-1]:
        of_rows = " row names may have none, or" if len(unnamed) == 1 else ""
        reading = f"names from the first column on, but{of_rows}"
    return (
        f"In doubt: the header has {counted(sum(named), 'name')} for {width} columns. Read with "
        f"{reading} numbers may contain delimiters that are not quoted{where}. "
        "If so, quote them; if not, name every column."
    )


def _other_readings(plan: ReadPlan) -> list[OtherReading]:
    """Return the second best delimiter and layout, with their distance from what was taken."""
    readings = [plan.other] if plan.other else []
    if plan.layout.runner_up is not None:
        skip, header = plan.layout.runner_up
        setting: dict[str, int | str] = {"skip": skip, "header": header}
        readings.append(OtherReading(setting=setting, bits=round(plan.layout.margin, 3)))
    return readings


def read_notes(content: Content, plan: ReadPlan) -> list[str]:
    """Return the notes on compression, encoding, preamble and header."""
    notes = [*content.notes, *plan.text.notes]
    layout = plan.layout
    if layout.names is None:
        notes.append("The file has no header; columns are named column_1, column_2 …")
    if layout.preamble:
        notes.append(_note_on_preamble(plan))
    doubt = _doubt(plan)
    if doubt:
        notes.append(doubt)
    if layout.header - layout.annotations > 1:
        notes.append(f"Joined {layout.header} header rows into one.")
    return notes


def _note_on_preamble(plan: ReadPlan) -> str:
    """Return the note on the lines above the names, or above the rows of a file without names."""
    lines = [record.line for record in plan.head[: plan.layout.preamble]]
    first, last = (lines[0], lines[-1]) if lines else (1, plan.layout.preamble)
    place = "names" if plan.layout.names is not None else "rows"
    if first == last:
        return f"Line {first} above the {place} was left out."
    return f"Lines {first}-{last} above the {place} were left out."


def _delimiter(dialect: TextDialect) -> str | None:
    if dialect.field_starts:
        starts = ", ".join(str(start + 1) for start in dialect.field_starts)
        return f"fixed width, fields begin at {starts}"
    return "blanks" if dialect.whitespace else dialect.delimiter


def dialect_document(content: Content, plan: ReadPlan) -> Dialect:
    """Return the plan as it is stored in the snapshot."""
    dialect = plan.dialect
    return Dialect(
        format="csv",
        container=content.container,
        encoding=plan.text.encoding,
        delimiter=plan.text.divided if plan.text.fields else _delimiter(dialect),
        quote=None if plan.text.fields else dialect.quote,
        escape=dialect.escape,
        header_rows=plan.layout.header,
        described_rows=plan.layout.annotations,
        skipped_rows=plan.layout.preamble,
        line_end=plan.text.line_end,
        decimal=plan.decimal,
        doubt=_doubt(plan),
        other_readings=_other_readings(plan),
    )
