"""Medians and spreads that ignore missing values, for comparing formulas on a sample of rows."""

import numpy as np

from pipeweave_dagster.core.columns.column import Floats


def row_medians(rows: Floats) -> Floats:
    """Return the (upper) median of each row; missing values sort last, so they never win."""
    ordered = np.sort(rows, axis=1)
    medians: Floats = ordered[:, rows.shape[1] // 2]
    return medians


def median_deviations(rows: Floats) -> Floats:
    """Return the median absolute deviation of each row; NaN where most of it is missing."""
    return row_medians(np.abs(rows - row_medians(rows)[:, None]))


def spread(values: Floats) -> float:
    """Return the 10 to 90 % range of the finite values, else their standard deviation."""
    finite = values[np.isfinite(values)]
    if len(finite) == 0:
        return 0.0
    low, high = np.percentile(finite, [10, 90])
    return float(high - low) or float(finite.std())
