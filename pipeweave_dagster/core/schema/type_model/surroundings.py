"""What the other columns of a table say about each, by their names and kinds."""

import math
import re

import numpy as np
from numpy.typing import NDArray

from pipeweave_dagster.core.schema.type_model.features import Evidence


def surroundings(columns: list[Evidence], named: NDArray[np.float32]) -> NDArray[np.float32]:
    """What the other columns of the same table say about each column.

    Args:
        columns: All columns of one table, in order.
        named: Class probabilities by the name alone, shape (columns, classes).

    Returns:
        Shape (columns, 2 * classes + 6): means of `named` over the other columns and over the two
        neighbours, and how alike the columns of the table are.
    """
    count = len(columns)
    numbers = np.array([_is_number(e) for e in columns], np.float32)
    stems = [re.sub(r"[\d\W_]+", "", e.name.lower()) for e in columns]
    starts = [e.name.lower()[:4] for e in columns]
    total, numeric = named.sum(0), numbers.sum()
    rows = []
    for i in range(count):
        near = [j for j in (i - 1, i + 1) if 0 <= j < count]
        others = (total - named[i]) / max(1, count - 1)
        close = named[near].mean(0) if near else np.zeros(named.shape[1])
        rows.append(
            [
                *others,
                *close,
                math.log1p(count),
                (numeric - numbers[i]) / max(1, count - 1),
                numbers[near].mean() if near else -1.0,
                math.log1p(stems.count(stems[i]) - 1),
                math.log1p(starts.count(starts[i]) - 1),
                sum(columns[j].distinct == columns[i].distinct for j in near),
            ]
        )
    return np.asarray(rows, np.float32)


def _is_number(e: Evidence) -> bool:
    return not (e.std == 0 and e.mean == 0 and e.low == 0 and e.high == 0)
