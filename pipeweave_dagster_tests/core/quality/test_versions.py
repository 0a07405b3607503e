"""What a version is compared with the one before it for: drift, volume, schema, age."""

import datetime as dt

import numpy as np

from pipeweave_dagster.core.columns.dataset_version import Version
from pipeweave_dagster.core.documents import ColumnSetting, DatasetSettings
from pipeweave_dagster.core.quality import inspect
from pipeweave_dagster_tests.factories import make_dataset

N = 600
RNG = np.random.default_rng(0)
X = RNG.normal(size=N)
Y = RNG.integers(0, 2, N)
DAYS = [dt.date(2024, 1, 1) + dt.timedelta(days=i // 4) for i in range(N)]


def versions(path, code, before, now, **more):
    """Columns and evidence of the findings of one code, the second table after the first."""
    folders = [path / "a", path / "b"]
    for folder in folders:
        folder.mkdir(exist_ok=True)
    old, new = (
        make_dataset(f, c, "y", **more) for f, c in zip(folders, (before, now), strict=True)
    )
    previous = Version(snapshot=old.snapshot, meaning=old.schema, data=old.data)
    found = inspect(new.snapshot, new.schema, new.data, DatasetSettings(), previous)
    assert {f.group for f in found.findings} >= {"drift"}
    return [f for f in found.findings if f.code == code and f.state != "passed"]


def test_a_column_that_moved_since_the_last_version_is_drift(tmp_path):
    before, now = {"x": X, "z": X**2, "y": Y}, {"x": X + 2, "z": X**2, "y": Y}
    assert [f.columns for f in versions(tmp_path, "PW701", before, now)] == [["x"]]
    assert versions(tmp_path, "PW701", before, before) == []


def test_dates_move_by_nature(tmp_path):
    before = {"day": DAYS, "y": Y}
    now = {"day": [day + dt.timedelta(days=400) for day in DAYS], "y": Y}
    assert versions(tmp_path, "PW701", before, now) == []


def test_a_tenth_of_the_rows_is_half_an_upload_and_nine_tenths_are_not(tmp_path):
    before = {"x": X, "y": Y}
    [few] = versions(tmp_path, "PW702", before, {"x": X[: N // 10], "y": Y[: N // 10]})
    assert few.evidence == {"rows": 60, "before": N}
    most = {"x": X[: N * 9 // 10], "y": Y[: N * 9 // 10]}
    assert versions(tmp_path, "PW702", before, most) == []


def test_labels_in_another_spelling_are_the_only_error(tmp_path):
    label = np.where(Y == 1, "yes", "no")
    before = {"x": X, "k": [f"c{i % 9}" for i in range(N)], "y": label}
    now = {**before, "y": np.char.add(label, ".")}
    found = versions(tmp_path, "PW703", before, now)
    assert [(f.columns, f.evidence) for f in found] == [
        (["y"], {"change": "NEW_LABEL", "severity": "error"})
    ]
    assert versions(tmp_path, "PW703", before, before) == []


def test_columns_that_came_and_went_are_named(tmp_path):
    before = {"x": X, "height": X**2, "y": Y}
    now = {"x": X, "town": [f"t{i % 9}" for i in range(N)], "y": Y}
    found = versions(tmp_path, "PW703", before, now)
    assert {(f.evidence["change"], *f.columns) for f in found} == {
        ("COLUMN_MISSING", "height"),
        ("COLUMN_NEW", "town"),
    }


def test_new_values_of_a_personal_column_and_rare_ones_are_not_quoted(tmp_path):
    before = {"mail": ["ann@a.org"] * N, "k": ["a"] * N, "y": Y}
    now = {"mail": ["bob@b.org"] * N, "k": ["zoe"] * 4 + ["b"] * (N - 4), "y": Y}
    found = versions(tmp_path, "PW703", before, now, pii={"mail": "email"})
    told = {f.columns[0]: f.message for f in found}
    assert "b.org" not in told["mail"]
    assert "zoe" not in told["k"]
    assert "'b' (596), 1 others" in told["k"]


def test_an_older_file_is_found_by_its_newest_date(tmp_path):
    older = [day - dt.timedelta(days=30) for day in DAYS]
    [found] = versions(tmp_path, "PW704", {"day": DAYS, "y": Y}, {"day": older, "y": Y})
    assert (found.columns, found.evidence) == (["day"], {"days": 30.0})
    assert versions(tmp_path, "PW704", {"day": older, "y": Y}, {"day": DAYS, "y": Y}) == []


def test_a_setting_of_a_column_that_is_gone_is_named(tmp_path):
    case = make_dataset(tmp_path, {"SeniorCitizen": Y, "y": Y}, "y")
    said = {"Senior": ColumnSetting(type="boolean"), "seniorcitizen": ColumnSetting(drop=True)}
    found = inspect(case.snapshot, case.schema, case.data, DatasetSettings(columns=said))
    told = [f for f in found.findings if f.code == "PW509"]
    assert [(f.state, f.evidence) for f in told] == [("alerted", {"setting": "Senior"})]
    assert "SeniorCitizen" in told[0].proposal
