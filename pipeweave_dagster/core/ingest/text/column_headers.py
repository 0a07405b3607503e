"""The names of the columns: those of the header, fitted to the number of columns."""

from pipeweave_dagster.core.ingest.text.layout import Layout
from pipeweave_dagster.core.ingest.text.records import Record

_THOUSANDS = 3


def column_headers(layout: Layout, body: list[Record]) -> tuple[list[str], int]:
    """Return a name for each column (blank where there is none), and the number of columns.

    The number of columns is that of the header or of the body, whichever is larger.
    """
    width = layout.width
    if layout.names is None:
        return [""] * width, width
    names = trim_header(layout.names, width)
    if len(names) == width - 1 and _has_row_names(body, width):
        return ["", *names], width
    width = max(width, len(names))
    return names + [""] * (width - len(names)), width


def _has_row_names(body: list[Record], width: int) -> bool:
    """Return whether a column without a name is the first: R writes no header for the row names.

    They are unique. It is the last one if it is blank, as below a delimiter at the end of every
    row, or if some column has three digits only, the rest of numbers with unquoted thousands
    separators.
    """
    rows = [record.fields for record in body if len(record.fields) == width]
    columns = [[cell.strip() for cell in column] for column in zip(*rows, strict=True)]
    if not columns or not any(columns[-1]):
        return False
    thousands = any(map(_is_rest_of_thousands, columns[1:]))
    return not thousands and _is_unique(columns[0])


def _is_rest_of_thousands(column: list[str]) -> bool:
    """Return whether cells have three digits each, some with a leading zero."""
    three = all(len(cell) == _THOUSANDS and cell.isdecimal() for cell in column)
    return three and any(cell.startswith("0") for cell in column)


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
