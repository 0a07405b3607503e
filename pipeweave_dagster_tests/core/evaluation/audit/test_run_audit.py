"""Each part of the audit runs on its own."""

import numpy as np
import pandas as pd

from pipeweave_dagster.core.documents import (
    TrainedModel,
)
from pipeweave_dagster.core.metrics.scored_test import ScoredTest
from pipeweave_dagster_tests.factories import make_pipeline, write_parquet


def test_a_part_that_fails_is_told_and_costs_no_other(examples, tmp_path, monkeypatch):
    from pipeweave_dagster.core.evaluation.audit import run_audit

    def broken(*_):
        raise ZeroDivisionError

    frame = pd.read_csv(examples / "wine.csv")
    spec = make_pipeline(frame, frame.columns[-1], "multiclass")
    monkeypatch.setattr(run_audit, "run_canary", broken)
    monkeypatch.setattr(run_audit, "stability", broken)
    model = TrainedModel.model_construct(seed=0, metric="log_loss", recipe=[])
    outcome = ScoredTest(["a"], np.zeros(1), np.zeros((1, 1)), np.zeros((1, 1)), frame)
    found = run_audit.run_audit(model, spec, write_parquet(frame, tmp_path), {}, outcome)
    assert found.canary.state == "cannot tell"
    assert found.notes == ["No canary: ZeroDivisionError.", "No stability: ZeroDivisionError."]
    assert len(found.curve.points) > 1
