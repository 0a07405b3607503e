"""The report: one safe page that is a function of its summary, and nothing private in it."""

import json
import random
import re

import pyarrow as pa
import pytest

from pipeweave_dagster.core.documents import DatasetSettings, EdaReport, Override
from pipeweave_dagster.core.eda import ReportOptions, build_report, render
from pipeweave_dagster.core.eda.report import read_summary
from pipeweave_dagster_tests.factories import make_dataset

R = random.Random(0)
N = 400
EMPTY = pa.array([], pa.string())
HOSTILE = "<script>alert(1)</script>\u202e](javascript:x)=cmd|'/c'!A1\x00"


def table():
    sex = [R.choice(["male", "female"]) for _ in range(N)]
    return {
        "sex": sex,
        "age": [R.choice([None, round(R.gauss(40, 12), 1)]) for _ in range(N)],
        "town": [R.choice(["York", "Bath"]) if i > 3 else "Onlyone" for i in range(N)],
        "mail": [f"person{i % 40}@example.org" for i in range(N)],
        "survived": [int(R.random() < (0.7 if s == "female" else 0.2)) for s in sex],
    }


def built(path, columns, target="survived", task="binary", limit=1_000_000, **more) -> EdaReport:
    case = make_dataset(path, columns, target, task, **more)
    return build_report(
        "demo", case.snapshot, case.schema, case.data, path, ReportOptions(inline_limit_bytes=limit)
    )


def test_html_is_a_function_of_the_summary(tmp_path):
    report = built(tmp_path, table())
    html = (tmp_path / "report.html").read_text()
    assert render(json.loads(json.dumps(report.summary))) == html


def test_equal_inputs_give_equal_bytes(tmp_path):
    columns = table()
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    assert built(tmp_path / "a", columns).to_json() == built(tmp_path / "b", columns).to_json()


def test_no_rare_value_and_no_personal_value_is_shown(tmp_path):
    report = built(tmp_path, table(), pii={"mail": "email"})
    everything = report.to_json().decode() + (tmp_path / "report.html").read_text()
    assert "Onlyone" not in everything
    assert "example.org" not in everything
    assert "York" in everything


def test_the_page_has_no_script_and_reaches_nothing(tmp_path):
    report = built(tmp_path, {HOSTILE: [HOSTILE, "b"] * 50, "survived": [HOSTILE, "n"] * 50})
    html = (tmp_path / "report.html").read_text()
    for page in (html, report.plot_svg):
        assert "<script" not in page
        assert "\u202e" not in page
        assert not re.search(r'(src|href)="(?!#)', page)
    assert "\\u202e" in html


def test_rates_agree_with_a_recomputation(tmp_path):
    columns = table()
    report = built(tmp_path, columns)
    shown = next(d for d in report.summary["details"] if d["name"] == "sex")["relation"]
    for row in shown:
        picked = [
            y for s, y in zip(columns["sex"], columns["survived"], strict=True) if s == row["label"]
        ]
        if picked:
            assert row["rate"] == pytest.approx(sum(picked) / len(picked), abs=1e-9)
            assert row["low"] < row["rate"] < row["high"]


def test_a_large_summary_stands_beside_the_document(tmp_path):
    small, large = built(tmp_path, table()), built(tmp_path, table(), limit=10)
    assert large.summary is None
    assert large.summary_file is not None
    assert small.summary_file is None
    assert set(read_summary(large, tmp_path / "summary.json")) == set(read_summary(small, None))


@pytest.mark.parametrize("target", [None, "survived"])
def test_tables_without_rows_or_target_have_a_report(tmp_path, target):
    report = built(tmp_path, {"x": EMPTY, "survived": EMPTY}, target)
    assert report.rows == 0
    assert (tmp_path / "report.html").stat().st_size > 1000


@pytest.mark.parametrize(
    ("task", "y"), [("regression", [0.5, 1.5, 2.5, 9.0]), ("multiclass", [*"abcd"])]
)
def test_other_tasks_have_their_relation(tmp_path, task, y):
    report = built(tmp_path, {"k": ["u", "v"] * 40, "survived": y * 20}, task=task)
    row = next(d for d in report.summary["details"] if d["name"] == "k")["relation"][0]
    assert ("mean" in row) == (task == "regression")


@pytest.mark.slow
def test_the_plot_is_small(tmp_path):
    columns = {f"c{i} {'x' * 300}": [R.random() for _ in range(50)] for i in range(60)}
    report = built(tmp_path, {**columns, "survived": [0, 1] * 25})
    assert len(report.plot_svg) < 30_000
    assert len(report.summary["associations"]["columns"]) == 40
    assert report.summary["associations"]["left_out"] == 21


def test_sampling_is_said(tmp_path):
    columns = {"a": [i % 7 for i in range(25_000)], "b": [i % 11 for i in range(25_000)]}
    report = built(tmp_path, columns, target=None)
    sample = report.summary["associations"]["sample"]
    assert (sample["rows"], sample["of"], sample["seed"]) == (20_000, 25_000, 0)


def test_words_of_a_text_column_are_counted_and_rare_ones_left_out(tmp_path):
    good = ["a great little thing", "great value indeed"] * 100
    bad = ["broken thing", "waste of Zanzibar"] + ["waste broken"] * 198
    columns = {"text": good + bad, "survived": [1] * 200 + [0] * 200}
    report = built(tmp_path, columns, types={"text": "text"})
    detail = next(d for d in report.summary["details"] if d["name"] == "text")
    rates = {row["label"]: row["rate"] for row in detail["relation"]}
    assert rates["great"] == 1
    assert rates["waste"] == 0
    assert "zanzibar" not in report.to_json().decode().lower()


def test_the_findings_are_those_of_the_line(tmp_path):
    columns = {
        "copy": [0, 1] * 200,
        "x": [R.random() for _ in range(400)],
        "survived": [0, 1] * 200,
    }
    case = make_dataset(tmp_path, columns, "survived")
    override = Override(finding="PW204", column="copy", reason="known before the voyage")
    settings = DatasetSettings(overrides=[override])
    options = ReportOptions(settings=settings)
    report = build_report("d", case.snapshot, case.schema, case.data, tmp_path, options)
    blocked = [f for f in report.summary["findings"] if f["state"] == "blocked"]
    assert [f["overridden"] for f in blocked] == ["known before the voyage"]
    assert "known before the voyage" in (tmp_path / "report.html").read_text()


def test_a_count_from_before_corrections_says_so(tmp_path):
    columns = table() | {"town": ["Ulm", "ulm", "Hof", "Bonn"] * (N // 4)}
    case = make_dataset(tmp_path, columns, "survived", "binary")
    merged = DatasetSettings.model_validate({"columns": {"town": {"merge_spellings": True}}})
    options = ReportOptions(settings=merged)
    build_report("demo", case.snapshot, case.schema, case.data, tmp_path, options)
    page = (tmp_path / "report.html").read_text()
    assert page.count("Before the settings correct its values: made") == 1
