"""The folds of cross-validation: training and validation rows of each."""

import numpy as np

from pipeweave_dagster.core.errors import validation_error
from pipeweave_dagster.core.metrics.metrics import Array
from pipeweave_dagster.core.training.data.split import Index, Split


def make_folds(split: Split, y: Array, *, hold_out: bool) -> list[tuple[Index, Index]]:
    """Return the training and validation rows of each fold, as positions among training rows.

    Args:
        split: The fold of each row.
        y: Target of all rows.
        hold_out: Whether one fold stands for all of them.

    Raises:
        PipeWeaveError: VALIDATION_ERROR if no fold can be made.
    """
    position = np.full(len(y), -1)
    position[split.train] = np.arange(len(split.train))
    folds = []
    for k in sorted(set(split.fold[split.fold >= 0].tolist())):
        valid = np.flatnonzero(split.fold == k)
        if split.ordered:
            learn = np.flatnonzero((split.fold < k) & (position >= 0))
        else:
            learn = split.train[split.fold[split.train] != k]
        # By time or by groups, a fold may hold one class only: nothing can be learned from it.
        if len(np.unique(y[learn])) >= 2 and len(valid):
            folds.append((position[learn], position[valid]))
    if not folds:
        raise validation_error(
            "The training rows cannot be divided for cross-validation: too few distinct rows.",
            fix="Add rows, or choose another split in pipeweave.yaml.",
            rows=len(split.train),
        )
    if hold_out:
        return folds[-1:] if split.ordered else folds[:1]
    # The last period first: it has most rows to learn from, and is next to the test rows.
    return folds[::-1] if split.ordered else folds
