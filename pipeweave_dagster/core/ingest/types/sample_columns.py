# ruff: noqa: S608 - names and texts in SQL go through `identifier` and `literal`
"""Sample the texts of columns, from the first rows and from rows throughout."""

from collections import Counter

from pipeweave_dagster.core.ingest.base.raw_table import RawTable
from pipeweave_dagster.core.ingest.base.workspace import Workspace
from pipeweave_dagster.core.ingest.types.stacked_columns import (
    grouped_batches,
    list_of,
    transformed,
)

_SAMPLE_ROWS = 5000
_SAMPLE_VALUES = 1000
_SAMPLE_CELLS = 500_000


def sample_columns(
    raw: RawTable, values: dict[int, str], space: Workspace
) -> dict[int, Counter[str]]:
    """Return the most frequent values of each column with their counts, by column index.

    Args:
        raw: The table as text.
        values: SQL of each column's trimmed text, over `v`, by column index.
        space: DuckDB workspace.
    """
    rows, step = _sample_rows(len(values)), sample_step(raw.rows, len(values))
    samples = {}
    for text, batch in grouped_batches(values):
        texts = transformed(list_of(batch), f"left({text}, 200)")
        records = space.query(
            f"SELECT {texts} FROM {raw.table} WHERE rowid < {rows // 4} OR rowid % {step} = 0"
        )
        for i, column in zip(batch, zip(*(r[0] for r in records), strict=True), strict=True):
            counts = Counter(v for v in column if v is not None)
            samples[i] = Counter(dict(counts.most_common(_SAMPLE_VALUES)))
    return samples


def _sample_rows(columns: int) -> int:
    return max(200, min(_SAMPLE_ROWS, _SAMPLE_CELLS // max(1, columns)))


def sample_step(rows: int, columns: int) -> int:
    """Return that every so many rows are in the sample; 1 if all are."""
    return max(1, rows // _sample_rows(columns))
