"""How well all other columns together predict an event: real classes leave several traces."""

import numpy as np
from numpy.typing import NDArray

from pipeweave_dagster.core.columns.column import Column, Floats
from pipeweave_dagster.core.columns.predictive_power import bin_indices

MAX_ROWS = 10_000
MAX_BINS = 24
ROWS_PER_BIN = 20
SAME_AUC = 0.995
"""A column with a higher AUC repeats the one in question; it is no independent trace."""
_TINY = 1e-9


def joint_auc(
    columns: list[Column],
    event: NDArray[np.bool_],
    rows: NDArray[np.bool_],
    half: NDArray[np.int8],
) -> float:
    """Return the cross-fitted AUC of an event by naive Bayes, or by the best column if higher.

    Args:
        columns: The columns, without the one in question.
        event: Shape (n,): whether the event occurs.
        rows: Shape (n,): the rows to use, at most `MAX_ROWS` of them.
        half: Shape (n,): the half of each row; each half is predicted from the other.
    """
    used = np.flatnonzero(rows)
    if len(used) > MAX_ROWS:
        used = np.sort(np.random.default_rng(0).choice(used, MAX_ROWS, replace=False))
    cell = 2 * half[used].astype(np.int64) + event[used]
    bins = int(np.clip(len(used) // ROWS_PER_BIN, 4, MAX_BINS))
    total, best = np.zeros(len(used)), 0.5
    for column in columns:
        index = bin_indices(column, bins)
        codes = index[column.codes[used]].astype(np.int64)
        counts = np.bincount(codes * 4 + cell, minlength=4 * (int(index[-1]) + 1))
        table = counts.reshape(-1, 2, 2)  # level, half, event
        odds = _log_odds(table.astype(np.float64))
        auc = float(np.mean([_auc(odds[:, side], table[:, side]) for side in (0, 1)]))
        if auc < SAME_AUC:
            total += odds[codes, half[used]]
            best = max(best, auc)
    return max(best, _auc_of_rows(total, cell))


def _log_odds(table: Floats) -> Floats:
    """Return the log odds ratio of the event, shape (levels, 2): from the other half's counts."""
    base = table.sum(0) / np.maximum(1.0, table.sum((0, 2)))[:, None]
    smooth = np.maximum(table + 2 * base, _TINY)
    base = np.maximum(base, _TINY)
    odds: Floats = np.log(smooth[..., 1] / smooth[..., 0]) - np.log(base[:, 1] / base[:, 0])
    return odds[:, ::-1]


def _auc(scores: Floats, counts: NDArray[np.int64]) -> float:
    """Return the AUC of scores by level; counts have shape (levels, 2): without, with the event."""
    values, place = np.unique(scores, return_inverse=True)
    without = np.bincount(place, counts[:, 0], len(values))
    with_event = np.bincount(place, counts[:, 1], len(values))
    pairs = without.sum() * with_event.sum()
    if not pairs:
        return 0.5
    below = np.cumsum(without) - without
    return float((with_event * (below + without / 2)).sum() / pairs)


def _auc_of_rows(scores: Floats, cell: NDArray[np.int64]) -> float:
    """Return the mean AUC of both halves; `cell` is twice the half plus the event."""
    results = []
    for side in (0, 1):
        rows = cell // 2 == side
        event = cell[rows] % 2
        results.append(_auc(scores[rows], np.column_stack([1 - event, event])))
    return float(np.mean(results))
