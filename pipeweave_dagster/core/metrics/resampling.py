"""Resamples of rows for bootstrap intervals: of single rows, or of whole groups."""

from collections.abc import Iterator

import numpy as np

from pipeweave_dagster.core.metrics.metrics import Codes


def resampled(
    rng: np.random.Generator, rows: int, times: int, cluster: Codes | None = None
) -> Iterator[Codes]:
    """Yield so many resamples of the rows, or of whole clusters of them."""
    if cluster is None:
        for _ in range(times):
            yield rng.integers(0, rows, rows)
        return
    order = np.argsort(cluster, kind="stable")
    starts = np.flatnonzero(np.diff(cluster[order], prepend=cluster[order][:1] - 1))
    members = np.split(order, starts[1:])
    for _ in range(times):
        yield np.concatenate([members[k] for k in rng.integers(0, len(members), len(members))])
