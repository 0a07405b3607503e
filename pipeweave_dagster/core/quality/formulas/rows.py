"""Which rows a search uses to find a formula, and which ones confirm it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeweave_dagster.core.quality.formulas.terms import Rows

MIN_ROWS = 50
MAX_FINDING = 2_000
MAX_CONFIRMING = 200_000


@dataclass(frozen=True)
class SplitRows:
    """Rows with a known target, divided by a fixed seed.

    Attributes:
        finding: At most half of the rows, in random order: any start of them is a random sample.
        all: All rows, at most 200,000, `finding` included; ascending.
    """

    finding: Rows
    all: Rows

    @property
    def unseen(self) -> int:
        """Number of rows that are not used for finding."""
        return len(self.all) - len(self.finding)


def split_rows(known: NDArray[np.bool_]) -> SplitRows | None:
    """Divide the rows with a known target; None if they are fewer than 50."""
    rows = np.flatnonzero(known)
    if len(rows) < MIN_ROWS:
        return None
    order = np.random.default_rng(0).permutation(rows)[:MAX_CONFIRMING]
    half = min(MAX_FINDING, (len(rows) + 1) // 2)
    return SplitRows(order[:half], np.sort(order))
