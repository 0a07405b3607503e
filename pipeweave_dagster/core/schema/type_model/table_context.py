"""Features of a column from the other columns of its table: their names and kinds."""

import math
import re
from collections import Counter

import numpy as np
from numpy.typing import NDArray

from pipeweave_dagster.core.schema.type_model.features import Evidence


def table_context(columns: list[Evidence], by_name: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return features of each column from the other columns of the same table.

    Args:
        columns: All columns of one table, in order.
        by_name: Class probabilities from the name alone, shape (columns, classes).

    Returns:
        Shape (columns, 2 * classes + 6): means of `by_name` over the other columns and over the
        two neighbours, and how similar the columns of the table are.
    """
    count = len(columns)
    numbers = np.array([_is_number(e) for e in columns], np.float32)
    stems = [re.sub(r"[\d\W_]+", "", e.name.lower()) for e in columns]
    starts = [e.name.lower()[:4] for e in columns]
    alike, start_alike = Counter(stems), Counter(starts)
    total, numeric = by_name.sum(0), numbers.sum()
    rows = []
    for i in range(count):
        neighbours = [j for j in (i - 1, i + 1) if 0 <= j < count]
        others = (total - by_name[i]) / max(1, count - 1)
        of_neighbours = by_name[neighbours].mean(0) if neighbours else np.zeros(by_name.shape[1])
        rows.append(
            [
                *others,
                *of_neighbours,
                math.log1p(count),
                (numeric - numbers[i]) / max(1, count - 1),
                numbers[neighbours].mean() if neighbours else -1.0,
                math.log1p(alike[stems[i]] - 1),
                math.log1p(start_alike[starts[i]] - 1),
                sum(columns[j].distinct == columns[i].distinct for j in neighbours),
            ]
        )
    return np.asarray(rows, np.float32)


def _is_number(e: Evidence) -> bool:
    return not (e.std == 0 and e.mean == 0 and e.low == 0 and e.high == 0)
