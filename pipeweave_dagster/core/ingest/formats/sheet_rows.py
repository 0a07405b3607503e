"""The rows of a sheet as texts, as the layout of a table is detected from."""

from pipeweave_dagster.core.errors import validation_error
from pipeweave_dagster.core.ingest.base.cell_limit import check_cells
from pipeweave_dagster.core.ingest.base.raw_table import RawTable
from pipeweave_dagster.core.ingest.base.workspace import Workspace
from pipeweave_dagster.core.ingest.formats.sheet import Sheet
from pipeweave_dagster.core.ingest.formats.sheet_texts import cell_texts

_FREE_CELLS, _MOST_PER_CELL = 5_000_000, 100


def check_sheet(sheet: Sheet, space: Workspace) -> None:
    """Refuse a sheet whose cells would become a far larger table."""
    rows, columns = len(sheet.rows), {c for cells in sheet.rows.values() for c in cells}
    width = max(columns) - min(columns) + 1
    check_cells("A sheet", rows, [8] * width, space.limits)
    if width * rows > max(_FREE_CELLS, _MOST_PER_CELL * sheet.cells):
        raise validation_error(
            f"The {sheet.cells:,} cells of a sheet are scattered over {rows:,} rows and"
            f" {width:,} columns.",
            fix="Delete the cells that do not belong to the table.",
        )


def dense_rows(sheet: Sheet, space: Workspace) -> list[list[str]]:
    """Return the used range as rows of texts, from the first row of the sheet on."""
    columns = sorted({column for cells in sheet.rows.values() for column in cells})
    first, width = columns[0], columns[-1] - columns[0] + 1
    if width > space.limits.max_columns:
        raise validation_error(
            f"A sheet has {width:,} columns; the limit is {space.limits.max_columns:,}.",
            fix="Delete the columns that do not belong to the table.",
        )
    numbers = sorted(sheet.rows)
    texts = [cell_texts([sheet.rows[r].get(first + j) for r in numbers]) for j in range(width)]
    dense: list[list[str]] = [[] for _ in range(numbers[-1])]
    for number, row in zip(numbers, zip(*texts, strict=True), strict=True):
        dense[number - 1] = list(row)
    return dense


def count_levels(raw: RawTable, levels: int) -> None:
    """Report a header of several rows that was joined before the layout was detected."""
    if levels > 1 and raw.dialect.header_rows == 1:
        raw.dialect = raw.dialect.model_copy(update={"header_rows": levels})
        raw.notes.append(f"Joined {levels} header rows into one.")
