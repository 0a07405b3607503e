"""Time, duplicates, drift, language and samples in the report."""

import datetime as dt
import random

import pytest

from pipeweave_dagster.core.columns.dataset_version import Version
from pipeweave_dagster.core.eda import ReportOptions, build_report
from pipeweave_dagster.core.eda.text_language import languages
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


def test_a_gap_and_moments_that_repeat_are_told(tmp_path):
    days = [dt.date(2013, 1, 1) + dt.timedelta(days=i // 6) for i in range(1200)]
    kept = [d for d in days if not dt.date(2013, 3, 1) <= d < dt.date(2013, 3, 11)]
    told, html = summary(tmp_path, {"day": kept, "y": [R.random() for _ in kept]})
    time = told["time"]
    assert (time["gaps"], time["longest_gap"]["seconds"]) == (1, 11 * 86_400)
    assert time["repeated"] == len(kept) - len(set(kept))
    assert "11 days, from 2013-02-28 to 2013-03-11" in html


def test_birth_dates_are_no_clock(tmp_path):
    told, _ = summary(
        tmp_path, {"dob": [h.date() for h in HOURS], "y": WARM}, pii={"dob": "birth_date"}
    )
    assert told["time"] is None


def test_a_shared_gap_of_sensors_is_missing_though_it_is_a_number(tmp_path):
    def sensor(usual):
        return [-200.0 if 100 <= i < 466 else usual + R.gauss(0, usual / 9) for i in range(N)]

    columns = {f"s{i}": sensor(100 * (i + 1)) for i in range(9)}
    columns["wide"] = [-200.0 if 100 <= i < 466 else R.uniform(5, 1500) for i in range(N)]
    columns["cabin"] = ["?" if i % 2 else f"C{i % 30}" for i in range(N)]
    told, html = summary(tmp_path, {**columns, "when": HOURS, "y": WARM})
    gaps = {c["name"]: c for c in told["missingness"]["columns"]}
    assert gaps["cabin"] | {"share": 0} == {
        "name": "cabin", "missing": N // 2, "share": 0, "stands_for_missing": ["?"],
    }  # fmt: skip
    del gaps["cabin"]
    assert {c["missing"] for c in gaps.values()} == {366}
    assert set(gaps) == {f"s{i}" for i in range(9)} | {"wide"}
    assert told["missingness"]["patterns"][-1]["rows"] in {183, N // 2 - 183}
    assert "-200" in html
    assert "counted as missing" in html


def test_a_target_that_is_only_marked_missing_bends_no_mean(tmp_path):
    marked = [-200.0 if h.hour == 3 else w for h, w in zip(HOURS, WARM, strict=True)]
    told, _ = summary(tmp_path, {"when": HOURS, "x": WARM, "y": marked})
    hour = next(c for c in told["time"]["cycles"] if c["name"] == "hour")
    assert hour["target"][3] is None
    assert hour["target"][4] == pytest.approx(10, abs=0.6)


def test_what_changed_since_the_last_version_is_told(tmp_path):
    folders = [tmp_path / "a", tmp_path / "b"]
    for folder in folders:
        folder.mkdir()
    before = {"x": WARM, "k": ["a", "b"] * (N // 2), "y": [w * 2 for w in WARM]}
    old = make_dataset(folders[0], before, "y", "regression")
    version = Version(snapshot=old.snapshot, meaning=old.schema, data=old.data)
    now = {"x": [w + 9 for w in WARM], "k": ["a", "c"] * (N // 2), "y": [w * 2 for w in WARM]}
    told, html = summary(folders[1], now, options=ReportOptions(previous=version))
    assert {(c["code"], c["column"]) for c in told["drift"]["changes"]} == {("NEW_CATEGORY", "k")}
    assert [c["name"] for c in told["drift"]["moved"] if c["drifted"]] == ["k", "x"]
    assert "Since the previous version" in html
    first, html = summary(folders[1], now)
    assert first["drift"] is None
    assert "Since the previous version" not in html


def test_rows_are_only_shown_where_a_person_allows_it(tmp_path):
    columns = {
        "mail": [f"p{i}@x.org" for i in range(N)],
        "town": ["York", "Bath"] * (N // 2),
        "y": WARM,
    }
    personal = {"pii": {"mail": "email"}}
    told, html = summary(tmp_path, columns, **personal)
    assert told["samples"] is None
    assert "First rows" not in html
    told, html = summary(tmp_path, columns, options=ReportOptions(samples=3), **personal)
    assert told["samples"]["columns"] == ["town", "y"]
    assert [row[0] for row in told["samples"]["rows"]] == ["York", "Bath", "York"]
    assert "p0@x.org" not in html


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The cat sat on the mat and it was not amused", "English"),
        ("Der Hund ist nicht mit dem Ball im Garten", "German"),
        ("Le chat est dans la maison avec des amis", "French"),
        ("El perro no está en la casa por la noche", "Spanish"),
        ("xyzzy plugh", "unknown"),
    ],
)
def test_languages_are_told_by_little_words(text, language):
    assert next(iter(languages([text] * 5))) == language


def test_duplicates_have_a_section_of_their_own(tmp_path):
    columns = {"id": list(range(300)), "x": WARM[:100] * 3, "y": WARM[:100] * 3}
    told, html = summary(tmp_path, columns, roles={"id": "identifier"})
    assert told["duplicates"]["rows"] == 0
    assert told["duplicates"]["rows_without_identifiers"] == 200
    assert told["duplicates"]["largest_group"] == 3
    assert "duplicates without identifier columns" in html
