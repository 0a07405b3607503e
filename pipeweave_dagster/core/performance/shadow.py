"""Compare a challenger that scores in shadow with the champion, on the same labelled rows."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from pipeweave_dagster.core.documents import BatchRecord, Comparison
from pipeweave_dagster.core.metrics.metrics import Array, Codes
from pipeweave_dagster.core.metrics.paired_test import paired
from pipeweave_dagster.core.performance.scored_files import ModelVersion


class LabelledOutputs(NamedTuple):
    """The labelled rows of a batch: positions, class codes or values, and outputs of a version."""

    record: BatchRecord
    rows: Codes
    y: Array | Codes
    output: Array


def compare_shadow(
    batches: Sequence[LabelledOutputs], versions: Mapping[str, ModelVersion]
) -> Comparison | None:
    """Return the paired test of the newest challenger against the champion of its newest batch.

    Above 0 the challenger is better. None if no challenger has scored a batch. Classes must be the
    same, and the metric is the champion's.
    """
    shadow = [b for b in batches if b.record.role == "challenger"]
    if not shadow:
        return None
    newest = max(shadow, key=lambda b: b.record.scored_at).record
    champions = [b for b in batches if b.record.role == "champion"]
    current = max(
        (b.record for b in champions if b.record.batch == newest.batch),
        key=lambda record: record.scored_at,
        default=None,
    )
    if current is None:
        return None
    champion, challenger = versions[current.model_version], versions[newest.model_version]
    other = f"champion, version {champion.version}"
    if champion.trained.classes != challenger.trained.classes:
        return Comparison(other=other, rows=0, verdict="not compared")
    first = _of_version(shadow, challenger.version)
    second = _of_version(champions, champion.version)
    shared = [name for name in first if name in second]
    joined = [_aligned(first[name], second[name]) for name in shared]
    if not joined:
        return Comparison(other=other, rows=0, verdict="not compared")
    y, own, theirs = (np.concatenate(parts) for parts in zip(*joined, strict=True))
    return paired(champion.trained.metric, y, own, theirs, other)


def _of_version(batches: Sequence[LabelledOutputs], version: str) -> dict[str, LabelledOutputs]:
    return {b.record.batch: b for b in batches if b.record.model_version == version}


def _aligned(first: LabelledOutputs, second: LabelledOutputs) -> tuple[Array | Codes, Array, Array]:
    """Return truth and both outputs of the rows that are labelled in both; nothing of other data.

    The same batch name may have been scored from another file by each version.
    """
    same = first.record.data_sha256 == second.record.data_sha256
    rows, own, theirs = np.intersect1d(first.rows, second.rows, return_indices=True)
    kept = len(rows) if same else 0
    return first.y[own[:kept]], first.output[own[:kept]], second.output[theirs[:kept]]
