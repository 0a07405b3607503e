"""Exports of the schema accept their own data and name hostile columns safely."""

import duckdb
import pyarrow.parquet as pq
import pytest

from pipeweave_dagster.core.schema.export import json_schema, sql_ddl

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


def test_json_schema_accepts_its_rows_and_refuses_others(version):
    jsonschema = pytest.importorskip("jsonschema")
    made = version(TEXT, target="y")
    checker = jsonschema.Draft202012Validator(json_schema(made.schema, "t"))
    rows = pq.read_table(made.data).to_pylist()
    plain = [{k: str(v) if k == "when" else v for k, v in r.items()} for r in rows]
    assert not [e for r in plain for e in checker.iter_errors(r)]
    for change in ({"grade": "none"}, {"y": "maybe"}, {"id": "one"}, {"when": None}, {"more": 1}):
        assert list(checker.iter_errors(plain[0] | change))
