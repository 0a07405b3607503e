"""Equal spans of time."""

from typing import Any

import numpy as np

from pipeweave_dagster.core.columns.column import Column
from pipeweave_dagster.core.eda.number_summary import figure


def time_spans(time: Column, bins: int) -> tuple[Any, list[Any]]:
    """Return the span of each row, shape (rows,), -1 where missing; and the edges of the spans."""
    numbers = time.numbers
    if numbers is None:
        raise TypeError(time.name)
    edges = np.linspace(numbers[0], numbers[-1], bins + 1)
    place = np.clip(np.searchsorted(edges, numbers, "right") - 1, 0, bins - 1)
    return np.append(place, -1)[time.codes], [figure(edge) for edge in edges]
