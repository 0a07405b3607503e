"""The names of the columns: those of the header, fitted to the number of columns."""

from pipeweave_dagster.core.ingest.text.cut_numbers import are_surely_cut
from pipeweave_dagster.core.ingest.text.layout import Layout
from pipeweave_dagster.core.ingest.text.records import Record
from pipeweave_dagster.core.ingest.text.timestamp_fields import place_of_timestamps


def column_headers(layout: Layout, body: list[Record]) -> tuple[list[str], int]:
    """Return a name for each column (blank where there is none), and the number of columns.

    The number of columns is that of the header or of the body, whichever is larger.
    """
    width = layout.width
    if layout.names is None:
        return [""] * width, width
    names = trim_header(layout.names, width)
    if len(names) == width - 1:
        columns = complete_columns(body, width)
        if _has_row_names(names, columns):
            return ["", *names], width
        place = place_of_timestamps(columns)
        if place is not None:  # the name is that of date and time together
            return [*names[: place + 1], "", *names[place + 1 :]], width
    width = max(width, len(names))
    return names + [""] * (width - len(names)), width


def complete_columns(body: list[Record], width: int) -> list[list[str]]:
    """Return the stripped cells per column of the rows with a cell for each of them."""
    rows = [record.fields for record in body if len(record.fields) == width]
    return [[cell.strip() for cell in column] for column in zip(*rows, strict=True)]


def _has_row_names(names: list[str], columns: list[list[str]]) -> bool:
    """Return whether a column without a name is the first: R writes no header for the row names.

    They are unique. It is the last one if it is blank, as below a delimiter at the end of every
    row, or if numbers are surely cut at a comma.
    """
    if not columns or not any(columns[-1]):
        return False
    return not are_surely_cut(names, columns) and _is_unique(columns[0])


def trim_header(names: list[str], width: int) -> list[str]:
    """Return the header without the blank cells that make it wider than the body."""
    names = list(names)
    while len(names) > width and not names[-1].strip():
        names.pop()
    stripped = [n.strip() for n in names]
    if len(names) == width + 1 and "" in stripped:
        names.pop(stripped.index(""))
    return names


def _is_unique(values: list[str]) -> bool:
    return len(set(values)) == len(values)
