"""The mean area under the ROC curve over classes, of many resamples of the same rows.

Ranking every column again for every resample takes most of the time of an evaluation with many
classes. The order of a column does not change: only how often each of its rows was drawn.
"""

import numpy as np

from pipeweave_dagster.core.metrics.metrics import Array, Codes


class ResampledAuc:
    """Sorts each class's column once.

    Its results are bit-equal to those of `score("roc_auc", …)` on the rows drawn: both add up
    ranks, which are multiples of one half.

    Args:
        y: Class codes.
        proba: Probabilities of shape (rows, classes), of more than two classes.
    """

    def __init__(self, y: Codes, proba: Array) -> None:
        self._y, self._classes = y, proba.shape[1]
        self._order = np.argsort(proba, axis=0, kind="stable")
        # Where rows with the probability of each row begin and end in the column of its class.
        self._first, self._end = np.empty(len(y), np.intp), np.empty(len(y), np.intp)
        for k in range(self._classes):
            own = np.flatnonzero(y == k)
            column = proba[self._order[:, k], k]
            self._first[own] = np.searchsorted(column, proba[own, k], side="left")
            self._end[own] = np.searchsorted(column, proba[own, k], side="right")

    def of(self, picked: Codes) -> float | None:
        """Return the mean over the classes that occur among the rows drawn, None if one alone does.

        Args:
            picked: Numbers of the rows drawn, with repeats.
        """
        rows, y = len(picked), self._y
        times = np.bincount(picked, minlength=len(y))
        below = np.zeros((len(y) + 1, self._classes))
        np.cumsum(times[self._order], axis=0, out=below[1:])
        rank = (below[self._first, y] + below[self._end, y] + 1) / 2
        ranks = np.bincount(y, weights=times * rank, minlength=self._classes)
        count = np.bincount(y, weights=times, minlength=self._classes)
        known = (count > 0) & (count < rows)
        if not known.any():
            return None
        ranks, count = ranks[known], count[known]
        return float(np.mean((ranks - count * (count + 1) / 2) / (count * (rows - count))))
