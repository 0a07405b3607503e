"""Two-valued columns of which each row has exactly one: a category that was one-hot encoded."""

import numpy as np
from numpy.typing import NDArray

from pipeweave_dagster.core.columns.column import Codes, Column

MIN_FLAGS = 3
MAX_FLAGS = 120
MAX_TRIALS = 2_000


def one_hot_groups(columns: list[Column]) -> list[tuple[list[Column], Codes]]:
    """Return groups of flags that partition the rows, with the category of each row.

    A flag is a column without missing values that has two of them; it is set where it has the
    rarer one.
    """
    flags = [c for c in columns if c.distinct == 2 and c.present == c.rows][:MAX_FLAGS]
    groups: list[tuple[list[Column], Codes]] = []
    while len(flags) >= MIN_FLAGS:
        is_set = np.array([flag.codes == int(flag.counts.argmin()) for flag in flags])
        # Equal rows are one pattern; a partition of the patterns is one of the rows.
        packed, pattern_of_row = np.unique(np.packbits(is_set, axis=0), axis=1, return_inverse=True)
        patterns = np.asarray(np.unpackbits(packed, axis=0, count=len(flags)), bool)
        places = _exact_cover(patterns)
        if places is None:
            break
        category = np.argmax(patterns[places], axis=0)[pattern_of_row.reshape(-1)]
        groups.append(([flags[place] for place in places], category.astype(np.int32)))
        flags = [flag for place, flag in enumerate(flags) if place not in places]
    return groups


def _exact_cover(patterns: NDArray[np.bool_]) -> list[int] | None:
    """Return rows of the matrix that together have exactly one entry in each column, or None.

    The search gives up after `MAX_TRIALS` steps; a real encoding is found in about as many steps
    as it has flags.
    """
    trials = 0

    def extended(chosen: list[int], covered: NDArray[np.bool_]) -> list[int] | None:
        nonlocal trials
        trials += 1
        if covered.all():
            return chosen if len(chosen) >= MIN_FLAGS else None
        if trials > MAX_TRIALS:
            return None
        free = ~np.asarray((patterns & covered).any(axis=1))
        choices = (patterns & free.reshape(-1, 1)).sum(0)
        hardest = int(np.where(covered, len(patterns) + 1, choices).argmin())
        for flag in np.flatnonzero(patterns[:, hardest] & free):
            found = extended([*chosen, int(flag)], covered | patterns[flag])
            if found is not None:
                return found
        return None

    return extended([], np.zeros(patterns.shape[1], bool))
