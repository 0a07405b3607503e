"""Labels of the bins of an ordered column."""

import numpy as np

from pipeweave_dagster.core.columns.column import Codes, Column
from pipeweave_dagster.core.eda.categories import RARE
from pipeweave_dagster.core.number_format import shown


def bin_labels(column: Column, places: Codes) -> list[str]:
    """Return `low to high` for each bin of an ordered column.

    Args:
        column: The column, with k distinct values.
        places: Shape (k,), ascending: the bin of each distinct value.
    """
    if column.numbers is None:
        raise TypeError(column.name)
    starts = np.flatnonzero(np.diff(places, prepend=-1))
    ends = np.append(starts[1:], len(places)) - 1
    storage = column.info.storage
    labels = []
    for start, end in zip(starts, ends, strict=True):
        low, high = (
            shown(column.numbers[at], storage, exact=bool(column.counts[at] >= RARE))
            for at in (start, end)
        )
        labels.append(low if low == high else f"{low} to {high}")
    return labels
