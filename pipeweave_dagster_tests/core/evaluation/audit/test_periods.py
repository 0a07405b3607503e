"""Scores over time: each period is predicted from earlier ones, test rows by the model itself."""

import numpy as np
import pandas as pd
import pytest

from pipeweave_dagster.core.documents import DatasetSettings, Findings
from pipeweave_dagster.core.evaluation import evaluate
from pipeweave_dagster_tests.factories import train_small_model


@pytest.fixture(scope="module")
def year(tmp_path_factory):
    """Twelve months, as of the flights of a year; in December the relation turns round."""
    folder = tmp_path_factory.mktemp("year")
    rng = np.random.default_rng(0)
    when = pd.date_range("2013-01-01", "2013-12-31 23:00", periods=1500)
    x = rng.normal(size=1500)
    sign = np.where(when.month == 12, -1, 1)
    y = sign * x + rng.normal(0, 0.3, 1500)
    frame = pd.DataFrame({"when": when, "x": x, "y": y}).sample(frac=1, random_state=0)
    frame = frame.reset_index(drop=True)
    settings = DatasetSettings(split={"time": "when"})
    spec, model, out = train_small_model(
        frame, "y", "regression", folder, families=["linear"], settings=settings
    )
    (out / "told").mkdir()
    found = evaluate(
        trained=model,
        spec=spec,
        model=out / model.evaluated.name,
        test_rows=out / "test_rows.parquet",
        out=out / "told",
        origin=(folder / "data.parquet", Findings(findings=[])),
    )
    return model, found, (out / "told" / "model_card.md").read_text()


def test_every_month_has_a_score_with_an_interval(year):
    model, found, card = year
    assert [p.period for p in found.periods] == [f"2013-{m:02}" for m in range(1, 13)]
    assert all(p.low <= p.score <= p.high for p in found.periods)
    first, *others = found.periods
    assert first.by == "within"
    assert 40 < first.rows < 90
    assert "is predicted from its first half" in card
    kinds = [p.by for p in others]
    assert kinds == sorted(kinds)
    assert kinds[-2:] == ["model", "model"]
    assert kinds[0] == "backtest"
    assert sum(p.rows for p in found.periods if p.by == "model") <= model.rows_test


def test_the_month_in_which_the_relation_turns_is_seen(year):
    _, found, card = year
    errors = [p.score for p in found.periods]
    assert errors[-1] > 3 * max(errors[:-1])
    assert {c.code for c in found.checks if c.state == "failed"} >= {"PE118"}
    assert "## Scores over time" in card
    assert "| 2013-12 |" in card
    assert any(plot.name == "periods" for plot in found.plots)
