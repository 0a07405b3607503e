"""Hourly rows of two months, and the summary and page of a report on a table."""

import datetime as dt
import random

from pipeweave_dagster.core.eda import build_report
from pipeweave_dagster_tests.factories import make_dataset

R = random.Random(0)
N = 24 * 60
START = dt.datetime(2004, 3, 10)  # noqa: DTZ001 - as stored
HOURS = [START + dt.timedelta(hours=i) for i in range(N)]
WARM = [10 + 8 * (9 <= h.hour < 20) + R.gauss(0, 1) for h in HOURS]


def summary(path, columns, target="y", task="regression", options=None, **more):
    case = make_dataset(path, columns, target, task, **more)
    report = build_report("d", case.snapshot, case.schema, case.data, path, options)
    assert report.summary is not None
    return report.summary, (path / "report.html").read_text()
