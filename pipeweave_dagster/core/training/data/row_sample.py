"""A random sample of a table, where all of it would take too long."""

from dataclasses import replace

import numpy as np
import pandas as pd

from pipeweave_dagster.core.training.data.input_table import Table


def sample_rows(table: Table, most: int) -> Table:
    """Return at most so many random rows, in their order; the same ones each time."""
    rows = len(table.y)
    if rows <= most:
        return table
    chosen = np.sort(np.random.default_rng(0).permutation(rows)[:most])

    def of(column: pd.Series | None) -> pd.Series | None:
        return None if column is None else column.iloc[chosen].reset_index(drop=True)

    return replace(
        table,
        raw=table.raw.iloc[chosen].reset_index(drop=True),
        y=table.y[chosen],
        weight=None if table.weight is None else table.weight[chosen],
        divider=of(table.divider),
        sensitive=table.sensitive.iloc[chosen].reset_index(drop=True),
        kept=table.kept[chosen],
        row_id=of(table.row_id),
    )
