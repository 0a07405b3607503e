"""Files that declare their columns above the rows: ARFF of Weka, extended logs of W3C."""

from datetime import date, time

import pytest

from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.core.ingest import read_aligned

ARFF = """\
% Iris, 3 of 150
@RELATION iris

@ATTRIBUTE 'sepal length'  NUMERIC
@attribute class {Iris-setosa,'Iris of Virginia'}
@attribute note string

@DATA
5.1,Iris-setosa,'a, b'
% between
?,'Iris of Virginia',c
4.7,Iris-setosa,d
"""
LOG = """\
#Software: Microsoft Internet Information Services 10.0
#Version: 1.0
#Fields: date time cs-uri-stem sc-status cs(User-Agent)
2021-01-01 10:00:01 /a 200 Mozilla/5.0+(X11)
2021-01-01 10:00:02 /b 404 -
#Software: Microsoft Internet Information Services 10.0
#Fields: date time cs-uri-stem sc-status cs(User-Agent)
2021-01-02 00:00:02 /c 200 "a b"
"""


def test_arff(read, rows):
    snapshot = read(ARFF, name="iris.arff")
    assert [c.original_name for c in snapshot.columns] == ["sepal length", "class", "note"]
    assert [tuple(row.values()) for row in rows()] == [
        (5.1, "Iris-setosa", "a, b"),
        (None, "Iris of Virginia", "c"),
        (4.7, "Iris-setosa", "d"),
    ]
    assert "in the format ARFF" in " ".join(snapshot.notes)


def test_a_batch_of_arff(read, rows, tmp_path):
    columns = read(ARFF, name="iris.arff").columns
    (tmp_path / "batch").write_text(ARFF)
    assert read_aligned(tmp_path / "batch", "b.arff", columns, tmp_path / "out").rows == 3
    assert rows()[2]["note"] == "d"


@pytest.mark.parametrize("text", [LOG, LOG.replace(" /", "\t/").replace(":01 ", ":01\t")])
def test_a_log_of_w3c(read, rows, text):
    snapshot = read(LOG, name="u_ex21.log")
    names = ["date", "time", "cs-uri-stem", "sc-status", "cs(User-Agent)"]
    assert [c.original_name for c in snapshot.columns] == names
    found = [tuple(row.values()) for row in rows()]
    assert found[0] == (date(2021, 1, 1), time(10, 0, 1), "/a", 200, "Mozilla/5.0+(X11)")
    assert (len(found), found[2][-1], snapshot.rows_quarantined) == (3, "a b", 0)


def test_line_numbers_stay_true(read):
    snapshot = read(f"{ARFF}5.0,Iris-setosa,e,f\n" + "5.0,Iris-setosa,e\n" * 30, name="i.arff")
    assert "line 13: 4 fields instead of 3" in " ".join(snapshot.notes)


@pytest.mark.parametrize("text", ["# Fields: a b\na,b\n1,2\n3,4\n", "@relations,n\nx,1\ny,2\n"])
def test_other_tables_are_left_alone(read, text):
    assert "in the format" not in " ".join(read(text).notes)


SQL = {
    "inserts": "INSERT INTO t (a, b) VALUES (1, 'x');\nINSERT INTO t (a, b) VALUES (2, 'y');\n",
    "MySQL": "-- MySQL dump\n--\nSET NAMES utf8;\nDROP TABLE `t`;\nCREATE TABLE t (\n a int);\n",
    "Postgres": "--\n-- PostgreSQL dump\n--\n\nBEGIN;\nCOPY t (a, b) FROM stdin;\n1\tx\n\\.\n",
}


@pytest.mark.parametrize("text", SQL.values(), ids=SQL)
def test_a_dump_is_refused_by_that_name(read, text):
    with pytest.raises(PipeWeaveError, match="SQL statements"):
        read(text, name="dump.sql")


def test_a_table_about_sql_is_one(read):
    assert read("statement,n\ninsert into t,1\ncreate table t,2\n").rows == 2
