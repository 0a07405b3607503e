"""Counts in notes on labels agree with their nouns."""

import pytest

from pipeweave_dagster.core.documents import Payload
from pipeweave_dagster.core.performance.label_notes import label_notes
from pipeweave_dagster.core.performance.scored_files import CombinedLabels, MeasuredBatches

TEXTS = {
    1: [
        "1 label belongs to no scored row.",
        "1 id occurs in several batches; the label counts for each.",
        "1 id has different labels; the newest counts.",
        "1 row of the files of labels has no id (ignored).",
        "1 row of the files of labels has no label yet, or none that can be read.",
    ],
    2: [
        "2 labels belong to no scored row.",
        "2 ids occur in several batches; the label counts for each.",
        "2 ids have different labels; the newest counts.",
        "2 rows of the files of labels have no id (ignored).",
        "2 rows of the files of labels have no label yet, or none that can be read.",
    ],
}


@pytest.mark.parametrize("count", [1, 2])
def test_counts_agree_with_their_nouns(count):
    file = Payload(name="labels.parquet", sha256="0" * 64, size_bytes=1)
    counts = {"corrected": count, "without_id": count, "missing": count}
    labels = CombinedLabels(file=file, rows=9, **counts)
    measured = MeasuredBatches(records=[], unmatched=count, repeated=count)
    assert label_notes(measured, labels) == TEXTS[count]
