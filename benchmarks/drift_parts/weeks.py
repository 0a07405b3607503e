"""Weeks of 50 columns of many kinds; imports numpy alone, so that other environments can use it."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

COLUMNS = 50
Table = dict[str, Any]
_LABELS = np.array([f"v{code}" for code in range(100_000)], dtype=object)


def texts(codes: NDArray, labels: NDArray) -> NDArray:
    """Return the label of each code, as NumPy has texts."""
    return labels[codes]


def week(
    seed: int,
    rows: int,
    shifted: str | None = None,
    by: float = 0.0,
    named: Callable[[NDArray, NDArray], Any] = texts,
) -> Table:
    """Return one week; all weeks have the same distributions but for the shifted column.

    There are 20 normal, 10 log-normal, 5 zero-inflated, 5 integer columns, 7 columns of 3 to 40
    categories, 2 of long-tailed names, and a number with 10 % missing values.

    Args:
        seed: Seed of the week.
        rows: Number of rows.
        shifted: The column that is shifted.
        by: Shift in standard deviations.
        named: Makes a column of names from codes and the label of each code.
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
        codes = rng.choice(size, rows, p=shares / shares.sum())
        table[f"class_{i}"] = named(codes, _LABELS[:size])
    table |= {f"name_{i}": named(rng.zipf(1.5, rows) % 100_000, _LABELS) for i in range(2)}
    gaps = rng.normal(size=rows)
    gaps[rng.random(rows) < 0.1] = np.nan
    table["gaps_0"] = gaps
    if shifted is not None:
        table[shifted] = table[shifted] + by * float(np.nanstd(table[shifted]))
    return table
