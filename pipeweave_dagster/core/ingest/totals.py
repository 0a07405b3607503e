"""What is said of totals, which are rows that are stored like others or quarantined."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from pipeweave_dagster.core.columns.sum_rows import sum_rows
from pipeweave_dagster.core.counted import counted
from pipeweave_dagster.core.ingest.base.raw_table import RawTable
from pipeweave_dagster.core.ingest.base.total_rows import NamedTotal, listed_lines, total_notes
from pipeweave_dagster.core.ingest.quarantine import QuarantinedRow

_LISTED, _MOST_TEXT = 5, 40


def with_totals_named(
    rows: Sequence[QuarantinedRow], totals: Sequence[NamedTotal]
) -> list[QuarantinedRow]:
    """Return quarantined rows; the reason of those that look like totals says so."""
    lines = {total.line for total in totals}
    named = "looks like a total; "
    return [row._replace(reason=named + row.reason) if row.line in lines else row for row in rows]


def notes_on_totals(raw: RawTable, path: Path, left_out: Sequence[int]) -> list[str]:
    """Return notes on the stored rows that are sums by their numbers, or that look like totals.

    Args:
        raw: The table as text.
        path: The Parquet file of the table.
        left_out: Rows of the former, from 0, that the latter does not have; ascending.
    """
    sums: list[NamedTotal] = _sums(raw, path, left_out)
    quarantined = raw.line_numbers_of([*left_out]) if raw.totals and left_out else []
    notes = total_notes(raw.totals, quarantined)
    named = {total.line for total in raw.totals}
    sums = [total for total in sums if total.line not in named]
    if not sums:
        return notes
    are = "is the sum of rows above it" if len(sums) == 1 else "are sums of rows above them"
    found = f"{counted(len(sums), 'row')} {are}, by the numbers: line {listed_lines(sums, _LISTED)}"
    return [*notes, f"{found}. Kept as {'a row' if len(sums) == 1 else 'rows'}; see finding PW609."]


def _sums(raw: RawTable, path: Path, left_out: Sequence[int]) -> list[NamedTotal]:
    import pyarrow.parquet as pq

    rows = sum_rows(path)
    if not rows:
        return []
    stored = np.delete(np.arange(raw.rows), left_out)
    lines = raw.line_numbers_of(stored[rows].tolist())
    with pq.ParquetFile(path) as file:
        kinds = [str(kind) for kind in file.schema_arrow.types]
        first = kinds.index("string") if "string" in kinds else 0
        texts = file.reader.read_all(column_indices=[first]).column(0)
    return [
        NamedTotal(line, str(texts[row].as_py() or "")[:_MOST_TEXT])
        for row, line in zip(rows, lines, strict=True)
    ]
