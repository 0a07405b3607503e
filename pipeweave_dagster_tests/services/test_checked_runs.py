"""Which run the findings are of: one that only scores has not missed its checks."""

import pytest

from pipeweave_dagster.adapters.state import Manifest
from pipeweave_dagster.services.checked_runs import missed_checks


@pytest.mark.parametrize(
    ("job", "made", "missed"),
    [
        ("process_dataset", ["dataset", "findings"], False),
        ("process_dataset", ["dataset"], True),
        ("predict_batch", [], False),
        ("", ["predictions", "drift"], False),  # of a release that did not record the job
        ("", ["dataset"], True),
    ],
)
def test_a_run_that_only_scores_has_missed_no_checks(job, made, missed):
    run = Manifest(dataset="d", run_id="r", started_at=1.0, job=job, entries={}, made=made)
    assert missed_checks(run) is missed
