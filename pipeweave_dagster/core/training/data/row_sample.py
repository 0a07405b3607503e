"""A random sample of a table, where all of it would take too long."""

from dataclasses import replace

import numpy as np

from pipeweave_dagster.core.training.data.input_table import Table


def sample_rows(table: Table, most: int) -> Table:
    """Return at most so many random rows, in their order; the same ones each time."""
    rows = len(table.y)
    if rows <= most:
        return table
    chosen = np.sort(np.random.default_rng(0).permutation(rows)[:most])
    divider = table.divider
    return replace(
        table,
        raw=table.raw.iloc[chosen].reset_index(drop=True),
        y=table.y[chosen],
        weight=None if table.weight is None else table.weight[chosen],
        divider=None if divider is None else divider.iloc[chosen].reset_index(drop=True),
        sensitive=table.sensitive.iloc[chosen].reset_index(drop=True),
    )
