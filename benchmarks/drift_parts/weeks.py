"""Weeks of 50 columns of many kinds; imports numpy alone, so that other environments can use it."""

import numpy as np
from numpy.typing import NDArray

COLUMNS = 50
Table = dict[str, NDArray]


def week(seed: int, rows: int, shifted: str | None = None, by: float = 0.0) -> Table:
    """Return one week; all weeks have the same distributions but for the shifted column.

    There are 20 normal, 10 log-normal, 5 zero-inflated, 5 integer columns, 7 columns of 3 to 40
    categories, 2 of long-tailed names, and a number with 10 % missing values.

    Args:
        seed: Seed of the week.
        rows: Number of rows.
        shifted: The column that is shifted.
        by: Shift in standard deviations.
    """
    rng = np.random.default_rng(seed)
    table: Table = {f"normal_{i}": rng.normal(size=rows) for i in range(20)}
    table |= {f"skewed_{i}": rng.lognormal(0, 1, rows) for i in range(10)}
    table |= {
        f"zeros_{i}": np.where(rng.random(rows) < 0.7, 0.0, rng.exponential(1.0, rows))
        for i in range(5)
    }
    table |= {f"count_{i}": rng.poisson(1 + i, rows).astype(float) for i in range(5)}
    for i, size in enumerate((3, 5, 8, 12, 20, 30, 40)):
        shares = 1 / np.arange(1, size + 1)
        table[f"class_{i}"] = _names(rng.choice(size, rows, p=shares / shares.sum()))
    table |= {f"name_{i}": _names(rng.zipf(1.5, rows) % 100_000) for i in range(2)}
    gaps = rng.normal(size=rows)
    gaps[rng.random(rows) < 0.1] = np.nan
    table["gaps_0"] = gaps
    if shifted is not None:
        table[shifted] = table[shifted] + by * float(np.nanstd(table[shifted]))
    return table


def _names(codes: NDArray) -> NDArray:
    labels, inverse = np.unique(codes, return_inverse=True)
    return np.array([f"v{label}" for label in labels], dtype=object)[inverse]
