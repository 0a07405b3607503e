"""Which test rows are alike, so that intervals resample them as a whole: a group, or a time."""

import numpy as np

from pipeweave_dagster.core.training.data.split import Index, order_values
from pipeweave_dagster.core.training.data.split_keys import group_keys
from pipeweave_dagster.core.training.data.training_set import TrainingSet

_BLOCKS = 30


def clusters_of(training_set: TrainingSet) -> Index | None:
    """Return the group, or the stretch of time, of each test row of a split by group or time.

    Errors of one patient, or of one week, are alike: rows are worth less than as many independent
    ones (Cameron, Gelbach and Miller 2008).

    Returns:
        None for other splits.
    """
    divider, kind = training_set.table.divider, training_set.spec.split.kind
    if divider is None or kind not in ("group", "time"):
        return None
    test = training_set.split.test
    if kind == "group":
        keys = group_keys(divider, training_set.features)[test]
        clusters = np.unique(keys, return_inverse=True)[1]
    else:
        times = order_values(divider)[test]
        cuts = np.unique(np.sort(times)[np.linspace(0, len(times), _BLOCKS + 1).astype(int)[1:-1]])
        clusters = np.searchsorted(cuts, times, side="right")
    return clusters.astype(np.intp)
