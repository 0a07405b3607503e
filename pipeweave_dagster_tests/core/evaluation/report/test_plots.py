"""Every task has its plots, and they show the right figures."""

import numpy as np
import pandas as pd
import pytest

from pipeweave_dagster.core.documents import Curve, CurvePoint, Dependence, Estimate
from pipeweave_dagster.core.evaluation.report.audit_plots import audit_plots
from pipeweave_dagster.core.evaluation.report.plots import dependence_plot, plots
from pipeweave_dagster.core.metrics.scored_test import ScoredTest

ROWS = 1000


FEATURES = pd.DataFrame({"x": np.arange(ROWS)})


def drawn(classes, y, output):
    return {p.name: p for p in plots(ScoredTest(classes, y, output, output, FEATURES), {})}


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        ("binary", {"roc", "precision_recall", "calibration", "confusion", "gains"}),
        ("multiclass", {"confusion"}),
        ("regression", {"predicted", "residuals"}),
    ],
)
def test_every_task_has_its_pictures(kind, names):
    rng = np.random.default_rng(1)
    count = {"binary": 2, "multiclass": 3, "regression": 0}[kind]
    y = rng.integers(0, count, ROWS) if count else rng.normal(size=ROWS)
    output = rng.dirichlet(np.ones(count), ROWS) if count else rng.normal(size=ROWS)
    found = drawn([f"c{i}" for i in range(count)], y, output)
    assert set(found) == names
    assert all(p.svg.startswith("<svg") and len(p.svg) < 30_000 for p in found.values())


def test_lift_is_what_counting_gives():
    """100 of 1,000 rows are positive, 60 of them among the 100 highest scores."""
    scores = np.linspace(0.99, 0.01, ROWS)
    y = np.zeros(ROWS, dtype=int)
    y[:60] = 1
    y[500:540] = 1
    gains = drawn(["n", "y"], y, np.c_[1 - scores, scores])["gains"]
    assert "hold 6.0 times as many" in gains.caption


def test_each_axis_is_labelled_with_its_own_ends():
    found = Dependence(column="when", of="late", at=["first", "last"], mean=[0.25, 0.75])
    svg = dependence_plot(found).svg
    assert [svg.count(f">{label}<") for label in ("first", "last", "0.25", "0.75")] == [1] * 4
    points = [CurvePoint(rows=rows, score=0.5 + rows / 1000, learned=0.9) for rows in (100, 200)]
    curve = Curve(learner="linear", points=points)
    svg = audit_plots(curve, [], "roc_auc")[0].svg
    assert [svg.count(f">{label}<") for label in ("0", "all", "0.6", "0.9")] == [1] * 4


def test_columns_that_cannot_be_told_from_nothing_have_no_bar():
    importance = {
        "sure": Estimate(value=0.2, low=0.1, high=0.3),
        "perhaps": Estimate(value=0.4, low=-0.1, high=0.9),
        "unknown": Estimate(value=0.3),
    }
    y = np.arange(ROWS, dtype=float)
    found = {p.name: p for p in plots(ScoredTest([], y, y, y, FEATURES), importance)}["importance"]
    assert ">sure<" in found.svg
    assert ">perhaps<" not in found.svg
    assert "2 columns without a significant importance" in found.svg
    assert "not ranked" in found.caption
