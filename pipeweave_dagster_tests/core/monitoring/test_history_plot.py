"""The performance of batches over time as a picture."""

import re

from pipeweave_dagster.core.documents import BatchRecord, Estimate
from pipeweave_dagster.core.monitoring.history_plot import history_plot

DAY_S = 86_400.0


def batch(scored_at: float, **facts: object) -> BatchRecord:
    given = {
        "batch": "june",
        "model_version": "1",
        "scored_at": scored_at,
        "rows": 50,
        "predictions_key": "p",
        "data_sha256": "0" * 64,
        "metric": "roc_auc",
        "estimated": {"roc_auc": Estimate(value=0.8, low=0.7, high=0.9)},
        "measured": {"roc_auc": Estimate(value=0.85, low=0.8, high=0.9)},
    }
    return BatchRecord.model_validate({**given, **facts})


def texts(svg: str) -> list[str]:
    return re.findall(r"<text[^>]*>([^<]*)</text>", svg)


def test_the_ends_of_the_axis_are_days() -> None:
    assert {"1970-01-01", "1970-01-11"} <= {*texts(history_plot([batch(0), batch(10 * DAY_S)]))}


def test_batches_of_one_day_are_told_apart_by_their_times() -> None:
    assert {"00:00", "02:00"} <= {*texts(history_plot([batch(0), batch(7200)]))}


def test_batches_of_one_minute_are_told_apart_by_their_names() -> None:
    assert {"june", "july"} <= {*texts(history_plot([batch(0), batch(20, batch="july")]))}


def test_one_batch_or_none_of_the_champion_has_no_picture() -> None:
    assert history_plot([batch(0)]) == ""
    assert history_plot([batch(0), batch(1, role="challenger")]) == ""
