"""Readers of the tests share an instance of DuckDB, and nothing else."""

from contextlib import ExitStack
from pathlib import Path

import duckdb
import pytest

from pipeweave_dagster.core.ingest.base.limits import DEFAULT_LIMITS
from pipeweave_dagster_tests.kept_database import attached

_NAME = "SELECT current_database()"
_MEMORY = "SELECT current_setting('memory_limit')"


def _value(db: duckdb.DuckDBPyConnection, query: str) -> object:
    (row,) = db.execute(query).fetchall()
    return row[0]


def test_each_has_an_empty_database_that_is_gone_after_it(tmp_path: Path) -> None:
    with ExitStack() as stack:
        one, two = (
            stack.enter_context(attached(":memory:", tmp_path, DEFAULT_LIMITS, [tmp_path], []))
            for _ in range(2)
        )
        one.execute("CREATE TABLE t AS SELECT 1 AS a; CREATE TEMP TABLE u AS SELECT 2 AS a")
        for table in ("t", "u"):
            with pytest.raises(duckdb.CatalogException):
                two.execute(f"SELECT * FROM {table}")
        two.execute("CREATE TABLE t AS SELECT 3 AS a")
        assert [_value(db, "SELECT a FROM t") for db in (one, two)] == [1, 3]
        names = {_value(db, _NAME) for db in (one, two)}
        assert len(names) == 2
    with attached(":memory:", tmp_path, DEFAULT_LIMITS, [tmp_path], []) as db:
        found = {name for (_, name, *_) in db.execute("PRAGMA database_list").fetchall()}
    assert not found & {*map(str, names)}


def test_one_that_failed_in_a_transaction_is_gone_too(tmp_path: Path) -> None:
    with (
        pytest.raises(duckdb.ConversionException),
        attached(":memory:", tmp_path, DEFAULT_LIMITS, [tmp_path], []) as db,
    ):
        db.execute("BEGIN; CREATE TABLE t AS SELECT CAST('x' AS INTEGER)")


def test_other_limits_files_and_folders_are_those_of_an_instance_of_its_own(tmp_path: Path) -> None:
    less = DEFAULT_LIMITS.model_copy(update={"memory_mb": 100})
    here, outside = [tmp_path], [Path("/etc")]
    for file, limits, folders, memory in (
        (":memory:", less, here, "95.3 MiB"),
        (":memory:", DEFAULT_LIMITS, outside, "976.5 MiB"),
        (str(tmp_path / "work.duckdb"), DEFAULT_LIMITS, here, "976.5 MiB"),
    ):
        with attached(file, tmp_path, limits, folders, []) as db:
            assert not str(_value(db, _NAME)).startswith("kept")
            assert _value(db, _MEMORY) == memory


def test_no_file_can_be_opened_but_temporary_ones(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a\n1\n")
    with attached(":memory:", tmp_path, DEFAULT_LIMITS, [tmp_path], []) as db:
        assert _value(db, f"SELECT a FROM read_csv('{tmp_path}/a.csv')") == 1
        for query in ("SELECT * FROM read_text('/etc/hostname')", "SET memory_limit = '1GB'"):
            with pytest.raises(duckdb.Error):
                db.execute(query)
