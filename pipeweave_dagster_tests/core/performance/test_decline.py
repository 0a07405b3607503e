"""A measured score that is worse than on the test rows."""

import numpy as np

from pipeweave_dagster.core.documents import BatchRecord, Estimate
from pipeweave_dagster.core.performance.decline import is_worse, worse_batches


def score(value, half=0.03):
    return Estimate(value=value, low=value - half, high=value + half)


def record(number, value):
    return BatchRecord(
        batch=f"b{number}",
        model_version="1",
        scored_at=number,
        rows=500,
        predictions_key="",
        data_sha256="",
        metric="roc_auc",
        measured={"roc_auc": score(value)} if value is not None else {},
    )


def test_the_direction_of_the_metric_counts():
    assert is_worse(score(0.7), score(0.9), greater=True, level=0.01)
    assert not is_worse(score(0.9), score(0.7), greater=True, level=0.01)
    assert is_worse(score(0.9), score(0.7), greater=False, level=0.01)
    assert not is_worse(score(0.7), Estimate(value=0.9), greater=True, level=0.01)


def test_batches_as_good_as_tested_rarely_alarm_and_a_decline_is_found():
    values = 0.85 + np.random.default_rng(0).normal(0, 0.03 / 1.96, 200)
    records = [record(k, v) for k, v in enumerate(values)]
    tests = {"1": score(0.85)}
    assert worse_batches(records, tests) == []
    assert worse_batches([*records, record(200, None), record(201, 0.6)], tests) == ["b201"]
