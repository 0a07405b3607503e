"""Performance of all batches of a data set: measured where there are labels, else expected."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pandas as pd

from pipeweave_dagster.core.documents import BatchRecord, Estimate, MetricName
from pipeweave_dagster.core.metrics.bootstrap import with_intervals
from pipeweave_dagster.core.metrics.scored_test import ScoredTest, read_scored_test
from pipeweave_dagster.core.performance.expected_scores import expected_scores
from pipeweave_dagster.core.performance.joined_labels import join, keys_of, outputs_of
from pipeweave_dagster.core.performance.labels import read_labels
from pipeweave_dagster.core.performance.scored_files import (
    MeasuredBatches,
    ModelVersion,
    ScoredFile,
)
from pipeweave_dagster.core.performance.shadow import LabelledOutputs, compare_shadow


def measure(
    files: Sequence[ScoredFile],
    versions: Sequence[ModelVersion],
    labels: Path | None,
    id_column: str | None,
) -> MeasuredBatches:
    """See `pipeweave_dagster.core.performance.measure_batches`."""
    known = read_labels(labels) if labels else pd.Series(dtype=object)
    by_version = {version.version: version for version in versions}
    tests = {v.version: read_scored_test(v.trained, v.test_rows) for v in versions}
    uses = pd.Series(0, index=known.index)
    records, without_ids, pairs = [], [], []
    for file in files:
        version = by_version.get(file.record.model_version)
        if version is None:
            records.append(file.record)
            continue
        keys = keys_of(file.predictions, id_column) if id_column else None
        if keys is None and id_column:
            without_ids.append(file.record.batch)
        if keys is not None and file.record.role == "champion":
            uses.loc[known.index.isin(keys)] += 1
        record, labelled = _measured(file, version, tests[version.version], keys, known)
        records.append(record)
        if labelled is not None:
            pairs.append(labelled)
    return MeasuredBatches(
        records=records,
        unmatched=int((uses == 0).sum()),
        repeated=int((uses > 1).sum()),
        without_ids=without_ids,
        comparison=compare_shadow(pairs, by_version),
    )


def _measured(
    file: ScoredFile,
    version: ModelVersion,
    test: ScoredTest,
    keys: "pd.Series[str] | None",
    labels: "pd.Series[str]",
) -> tuple[BatchRecord, LabelledOutputs | None]:
    """Return the batch with its performance; what has not changed is not computed again."""
    record, metric = file.record, version.trained.metric
    output = outputs_of(version, file.predictions)
    if not record.estimated:
        estimated = _kept(expected_scores(output, test, metric))
        record = record.model_copy(update={"estimated": estimated, "metric": metric})
    if keys is None:
        return record, None
    found = join(version, output, keys, labels)
    own = np.asarray(output[found.rows])
    labelled = LabelledOutputs(record, found.rows, found.y, own)
    if found.digest == record.labels_digest:
        return record, labelled
    changes: dict[str, Any] = {
        "matched": found.matched,
        "labelled": len(found.rows),
        "labels_digest": found.digest,
        "measured": {},
        "estimated_labelled": {},
    }
    if len(found.rows):
        classes = len(version.trained.classes)
        changes["measured"] = _kept(with_intervals(found.y, own, classes))
        changes["estimated_labelled"] = _kept(expected_scores(own, test, metric))
    return record.model_copy(update=changes), labelled


def _kept(scores: dict[str, Estimate]) -> dict[str, Estimate]:
    """Return the metrics that models are selected by; a history holds hundreds of batches."""
    return {name: score for name, score in scores.items() if name in get_args(MetricName)}
