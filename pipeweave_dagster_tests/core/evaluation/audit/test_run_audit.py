"""Each part of the audit runs on its own."""

import numpy as np
import pandas as pd

from pipeweave_dagster.core.documents import TrainedModel
from pipeweave_dagster.core.metrics.scored_test import ScoredTest
from pipeweave_dagster.core.pace import Pace
from pipeweave_dagster_tests.factories import make_pipeline, write_parquet


def test_a_canary_that_fails_cannot_tell_and_costs_no_other_part(examples, tmp_path, monkeypatch):
    from pipeweave_dagster.core.evaluation.audit import run_audit

    def broken(*_):
        raise ZeroDivisionError

    frame = pd.read_csv(examples / "wine.csv")
    spec = make_pipeline(frame, frame.columns[-1], "multiclass")
    monkeypatch.setattr(run_audit, "run_canary", broken)
    model = TrainedModel.model_construct(seed=0, metric="log_loss", recipe=[], rows_fit=None)
    scored = ScoredTest(["a"], np.zeros(1), np.zeros((1, 1)), np.zeros((1, 1)), frame)
    audit = run_audit.Audit(model, spec, write_parquet(frame, tmp_path), scored)
    canary = audit.canary(Pace())
    assert canary.state == "cannot tell"
    assert canary.message == "No leak canary: ZeroDivisionError."
    assert len(audit.curve(Pace()).points) > 1
    assert audit.periods(Pace()) == []
