"""A table in a notebook: read, described, inspected as in a run."""

import pandas as pd
import pyarrow as pa
import pytest

import pipeweave_dagster as pw
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster_tests.commands import in_one_process

FRAME = pd.DataFrame(
    {
        "size": [i * 1.5 for i in range(120)],
        "town": ["Ulm", "Hof", None] * 40,
        "kind": ["a", "b"] * 60,
    }
)


@pytest.fixture(scope="module")
def penguins(examples):
    return pw.Dataset(examples / "penguins.csv", target="species")


def test_a_file_is_read_and_typed(penguins):
    assert repr(penguins) == "Dataset 'penguins': 344 rows, 8 columns"
    assert penguins.frame["body_mass_g"].dtype == "Int64"
    assert pw.read(FRAME)["size"].tolist() == FRAME["size"].tolist()


@pytest.mark.parametrize("make", [lambda f: f, pa.Table.from_pandas, lambda f: f.set_index("town")])
def test_frames_are_sources(make):
    data = pw.Dataset(make(FRAME), target="kind")
    assert data.snapshot.rows == 120
    assert data.target == "kind"


@pytest.mark.parametrize("source", [17, {"a": [1]}, pd.DataFrame({"a": [object()]})])
def test_other_objects_are_refused(source):
    with pytest.raises(PipeWeaveError) as refused:
        pw.Dataset(source)
    assert refused.value.code == "VALIDATION_ERROR"


def test_a_file_that_is_not_there_and_an_unknown_setting(tmp_path):
    with pytest.raises(PipeWeaveError, match=r"no file .*missing\.csv"):
        pw.Dataset(tmp_path / "missing.csv")
    with pytest.raises(PipeWeaveError, match="colour"):
        pw.Dataset(FRAME, colour="red")


@pytest.mark.parametrize(
    ("source", "settings", "text"),
    [
        (
            FRAME,
            {"columns": {"size": {"type": "nummer"}}},
            "Unknown type 'nummer' for column 'size'",
        ),
        (FRAME, {"columns": {"sizes": {"type": "number"}}}, "'sizes' is not a column.*'size'"),
        (FRAME, {"read": {"delim": ";"}}, r"^read\(\.\.\.\): unknown key 'read.delim'"),
        (".", {}, r"'\.' is a folder"),
        (pd.DataFrame(), {}, "The data frame has no columns"),
        (FRAME.head(0), {}, "The data frame has no rows"),
    ],
    ids=["type", "column", "key", "folder", "no columns", "no rows"],
)
def test_what_cannot_be_meant_is_refused_in_words_of_the_call(source, settings, text):
    with pytest.raises(PipeWeaveError, match=text) as refused:
        pw.read(source, **settings)
    assert refused.value.code == "VALIDATION_ERROR"


def test_settings_of_columns_under_other_spellings_and_of_withheld_ones_are_taken():
    data = pw.Dataset(FRAME, columns={"SIZE": {"drop": True}, "town": {"privacy": "drop"}})
    assert "town" not in data.frame
    assert data.with_settings(target="kind").target == "kind"
    with pytest.raises(PipeWeaveError, match="'twon' is not a column"):
        data.with_settings(columns={"twon": {"drop": True}})


@pytest.mark.slow
def test_schema_is_that_of_the_command_line(penguins, examples, tmp_path):
    file = examples / "penguins.csv"
    command = ["schema", str(file), "--target", "species", "--json"]
    [done] = in_one_process([command], tmp_path)
    assert done.facts["columns"] == [c.model_dump(mode="json") for c in penguins.schema]


def test_findings_are_sorted_by_what_they_stop(penguins):
    states = [finding.state for finding in penguins.findings]
    assert states == sorted(states, key=["blocked", "alerted", "fixed"].index)


def test_settings_are_kept_and_add_up(penguins):
    other = penguins.with_settings(metric="accuracy", columns={"island": {"drop": True}})
    assert other.settings.target == "species"
    assert "island" not in other.pipeline.features
    assert "island" in penguins.pipeline.features


def test_a_blocked_finding_stops_the_training():
    leaking = FRAME.assign(copy=FRAME["kind"].str.upper())
    data = pw.Dataset(leaking, target="kind")
    assert data.findings[0].state == "blocked"
    with pytest.raises(PipeWeaveError, match="PW204"):
        data.train(time_budget=5)


def test_without_a_target_the_candidates_are_offered():
    data = pw.Dataset(FRAME[["size", "town"]])
    assert data.target is None
    with pytest.raises(PipeWeaveError, match="Which column"):
        data.train(time_budget=5)


def test_tables_and_report_escape_what_comes_from_data():
    hostile = FRAME.rename(columns={"town": "<script>alert(1)</script>"})
    data = pw.Dataset(hostile, target="kind")
    for shown in (data, data.schema, data.findings, data.report()):
        assert "<script>alert(1)" not in shown._repr_html_()
    assert 'sandbox="allow-scripts"' in data.report()._repr_html_()


def test_a_notebook_shows_the_columns_of_a_data_set(penguins):
    shown = penguins._repr_html_()
    assert shown.startswith("<p>Dataset &#x27;penguins&#x27;: 344 rows")
    assert "<td>bill_length_mm</td>" in shown
    assert "None" not in shown


def test_a_target_that_is_no_column_is_refused_at_once(penguins):
    with pytest.raises(PipeWeaveError, match="'kin' is not a column") as caught:
        pw.Dataset(FRAME, target="kin")
    assert "kind" in caught.value.fix
    with pytest.raises(PipeWeaveError, match="'spices' is not a column"):
        penguins.train(target="spices", time_budget=5)
    assert pw.Dataset(FRAME, target="none").target is None


def test_the_report_is_saved(penguins, tmp_path):
    path = penguins.report().save(tmp_path / "report.html")
    assert "penguins" in path.read_text()
    with pytest.raises(PipeWeaveError, match=r"does not end in \.html"):
        penguins.report().save(tmp_path / "report.md")


def test_the_report_is_not_saved_over_the_table(tmp_path):
    table = tmp_path / "table.html"
    table.write_text("a,b\n1,2\n3,4\n")
    data = pw.Dataset(table).with_settings(id="a")
    with pytest.raises(PipeWeaveError, match="would overwrite it"):
        data.report().save(tmp_path / "." / "table.html")
    assert table.read_text().startswith("a,b")
