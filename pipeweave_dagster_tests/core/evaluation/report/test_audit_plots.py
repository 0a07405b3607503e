"""Plots of the audit show names of unknown origin as text."""

from pipeweave_dagster.core.documents import Curve, CurvePoint, Period
from pipeweave_dagster.core.evaluation.report.audit_plots import audit_plots


def test_pictures_hold_names_of_strangers_as_text():
    points = [CurvePoint(rows=n, score=0.1 * n, low=0.0, high=1.0, learned=1.0) for n in (1, 2)]
    spans = [
        Period(period="</svg><script>", rows=30, by="backtest", score=0.5, low=0.4, high=0.6),
        Period(period="b", rows=30, by="model", score=0.6),
    ]
    drawn = audit_plots(Curve(learner="linear", points=points), spans, "roc_auc")
    assert [p.name for p in drawn] == ["learning_curve", "periods"]
    assert not [p for p in drawn if "<script" in p.svg]
    assert "rises" not in drawn[0].caption  # scores such as rmse get better as they fall
