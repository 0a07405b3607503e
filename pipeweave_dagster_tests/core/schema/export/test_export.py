"""Exports of the schema accept their own data and name hostile columns safely."""

import json

import duckdb
import pyarrow.parquet as pq
import pytest
import yaml

from pipeweave_dagster.core.schema.export import export_schema, json_schema, sql_ddl

TEXT = 'id,"x""; DROP",grade,when,y\n' + "".join(
    f"{i},{i}.5,{('low', 'medium', 'high')[i % 3]},2020-01-{i % 28 + 1:02},{('no', 'yes')[i % 2]}\n"
    for i in range(60)
)


def test_sql_takes_the_data(version):
    made = version(TEXT, target="y")
    with duckdb.connect() as db:
        db.execute(sql_ddl(made.schema, "my table"))
        db.execute(f"INSERT INTO \"my table\" SELECT * FROM read_parquet('{made.data}')")
        assert db.execute('SELECT count("x""; DROP") FROM "my table"').fetchall() == [(60,)]


@pytest.mark.parametrize(
    "change",
    ["y = 'maybe'", "grade = 'none'", "id = NULL", "grade = 'it''s'"],
)
def test_sql_refuses_a_changed_row(version, change):
    made = version(TEXT, target="y")
    with duckdb.connect() as db:
        db.execute(sql_ddl(made.schema, "t"))
        db.execute(f"CREATE TABLE other AS SELECT * FROM read_parquet('{made.data}') LIMIT 1")
        db.execute(f"UPDATE other SET {change}")
        with pytest.raises(duckdb.ConstraintException):
            db.execute("INSERT INTO t SELECT * FROM other")


def test_quotes_in_labels_stay_text(version):
    made = version(TEXT.replace("no", "n'); DROP TABLE t; --").replace("yes", "y"), target="y")
    with duckdb.connect() as db:
        db.execute(sql_ddl(made.schema, "t"))
        db.execute(f"INSERT INTO t SELECT * FROM read_parquet('{made.data}')")
        assert db.execute("SELECT count(*) FROM t").fetchall() == [(60,)]


def test_table_schema_and_pandera_name_types_and_closed_sets(version):
    schema = version(TEXT, target="y").schema
    fields = {
        f["name"]: f for f in json.loads(export_schema(schema, "t", "frictionless"))["fields"]
    }
    assert fields["when"]["type"] == "date"
    assert fields["y"]["constraints"] == {"required": True, "enum": ["no", "yes"]}
    columns = yaml.safe_load(export_schema(schema, "t", "pandera"))["columns"]
    assert columns["id"]["dtype"] == "Int64"
    assert columns["grade"]["checks"] == {"isin": ["low", "medium", "high"]}


def test_a_target_of_too_many_classes_to_be_listed_is_not_closed(version):
    text = "n,y\n" + "".join(f"{i}.5,class {i % 70}\n" for i in range(700))
    made = version(text, target="y")
    assert len(made.schema.target.classes) < 70
    assert "enum" not in json_schema(made.schema, "t")["properties"]["y"]


def test_json_schema_accepts_its_rows_and_refuses_others(version):
    jsonschema = pytest.importorskip("jsonschema")
    made = version(TEXT, target="y")
    checker = jsonschema.Draft202012Validator(json_schema(made.schema, "t"))
    rows = pq.read_table(made.data).to_pylist()
    plain = [{k: str(v) if k == "when" else v for k, v in r.items()} for r in rows]
    assert not [e for r in plain for e in checker.iter_errors(r)]
    for change in ({"grade": "none"}, {"y": "maybe"}, {"id": "one"}, {"when": None}, {"more": 1}):
        assert list(checker.iter_errors(plain[0] | change))
