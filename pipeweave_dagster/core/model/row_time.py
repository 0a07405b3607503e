"""How long a loaded model takes for one row."""

import statistics
import time
from collections.abc import Callable
from typing import Any

import pandas as pd

from pipeweave_dagster.core.model.bundle_scores import raw_scores


def row_ms(
    bundle: dict[str, Any],
    rows: pd.DataFrame,
    repeats: int = 5,
    clock: Callable[[], float] = time.perf_counter,
) -> float:
    """Return the milliseconds for the first of some raw rows: the median, once it is warm.

    Args:
        bundle: The model.
        rows: Raw rows.
        repeats: How many times it is predicted.
        clock: In seconds; `time.thread_time` does not count the work of others on a busy machine.
    """
    row = rows.iloc[:1]
    raw_scores(bundle, row)  # the first call allocates
    took = []
    for _ in range(repeats):
        began = clock()
        raw_scores(bundle, row)
        took.append(clock() - began)
    return 1000 * statistics.median(took)
