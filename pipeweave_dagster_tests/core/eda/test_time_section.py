"""The section on time: span, gaps, repeated moments, cycles."""

import datetime as dt
from types import SimpleNamespace

import numpy as np
import pytest

from pipeweave_dagster.core.eda import build_report
from pipeweave_dagster.core.eda.time_section import _of_target
from pipeweave_dagster_tests.core.eda.hourly_rows import HOURS, WARM, N, R, summary
from pipeweave_dagster_tests.factories import make_dataset

PARTS = {
    "one column": {"when": HOURS},
    "date and time": {"day": [h.date() for h in HOURS], "time": [h.time() for h in HOURS]},
    "numbers": {
        "Year": [h.year for h in HOURS],
        "Month": [h.month for h in HOURS],
        "Day": [h.day for h in HOURS],
        "hour": [h.hour for h in HOURS],
    },
}


@pytest.mark.parametrize("parts", PARTS.values(), ids=PARTS)
def test_hourly_rows_have_no_gap_and_no_hour_twice(tmp_path, parts):
    case = make_dataset(tmp_path, {**parts, "y": WARM}, "y", "regression")
    infos = [
        c.model_copy(update={"storage": "time"}) if c.name == "time" else c
        for c in case.schema.columns
    ]
    schema = case.schema.model_copy(update={"columns": infos})
    report = build_report("d", case.snapshot, schema, case.data, tmp_path)
    time = report.summary["time"]
    assert time["columns"] == list(parts)
    assert (time["moments"], time["repeated"], time["gaps"]) == (N, 0, 0)
    assert time["usual_step_seconds"] == 3600
    assert (time["first"], time["last"]) == ("2004-03-10", "2004-05-08")
    hour = next(c for c in time["cycles"] if c["name"] == "hour")
    assert hour["rows"] == [60] * 24
    assert hour["explains"] > 0.8
    assert hour["target"][12] == pytest.approx(18, abs=0.5)


def test_a_gap_and_repeated_moments_are_counted(tmp_path):
    days = [dt.date(2013, 1, 1) + dt.timedelta(days=i // 6) for i in range(1200)]
    kept = [d for d in days if not dt.date(2013, 3, 1) <= d < dt.date(2013, 3, 11)]
    found, html = summary(tmp_path, {"day": kept, "y": [R.random() for _ in kept]})
    time = found["time"]
    assert (time["gaps"], time["longest_gap"]["seconds"]) == (1, 11 * 86_400)
    assert time["repeated"] == len(kept) - len(set(kept))
    assert "11 days, from 2013-02-28 to 2013-03-11" in html


def test_birth_dates_are_not_row_times(tmp_path):
    found, _ = summary(
        tmp_path, {"dob": [h.date() for h in HOURS], "y": WARM}, pii={"dob": "birth_date"}
    )
    assert found["time"] is None


def test_placeholders_in_the_target_do_not_bias_its_means(tmp_path):
    marked = [-200.0 if h.hour == 3 else w for h, w in zip(HOURS, WARM, strict=True)]
    found, _ = summary(tmp_path, {"when": HOURS, "x": WARM, "y": marked})
    hour = next(c for c in found["time"]["cycles"] if c["name"] == "hour")
    assert hour["target"][3] is None
    assert hour["target"][4] == pytest.approx(10, abs=0.6)


@pytest.mark.parametrize("offset", [0.0, 1e9, 1e12])
def test_the_share_of_variance_explained_does_not_depend_on_the_offset(offset):
    parts = np.repeat(np.arange(4), 50)
    noise = np.tile([0.0, 0.5, 1.0, -0.5, -1.0], 40)
    y = offset + parts + noise
    target = SimpleNamespace(known=np.ones(200, dtype=bool), values=y)
    found = _of_target(parts, 4, target)
    assert found["explains"] == pytest.approx(1.25 / (1.25 + 0.5), abs=1e-4)
    assert found["target"] == pytest.approx([offset + k for k in range(4)])
