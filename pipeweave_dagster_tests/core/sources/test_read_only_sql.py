"""Queries of sources: one SELECT that only reads passes, everything else is refused."""

import pytest

from pipeweave_dagster.core.errors import ErrorCode, PipeWeaveError
from pipeweave_dagster.core.sources.read_only_sql import read_only

WRITES = [
    ("postgres", "DELETE FROM t"),
    ("postgres", "select 1; delete from t"),
    ("postgres", "with x as (delete from t returning *) select * from x"),
    ("postgres", "with x as (insert into t values (1) returning *) select * from x"),
    ("postgres", "select * into u from t"),
    ("postgres", "copy t to program 'sh'"),
    ("postgres", "explain analyze delete from t"),
    ("postgres", "select * from t for update"),
    ("postgres", "select pg_catalog.pg_terminate_backend(1)"),
    ("postgres", "select \"pg_read_file\"('/etc/passwd')"),
    ("postgres", "select setval('s', 1)"),
    ("postgres", "select * from dblink('host=x', 'delete from t') as t(a int)"),
    ("postgres", "select set_config('transaction_read_only', 'off', false)"),
    ("postgres", "set transaction_read_only = off"),
    ("mysql", "call p()"),
    ("mysql", "truncate t"),
    ("mysql", "handler t open"),
    ("mysql", "select load_file('/etc/passwd')"),
    ("mysql", "select * from t into outfile '/tmp/t'"),
    ("mysql", "select * from t lock in share mode"),
    ("mysql", "select sleep(100)"),
    ("mysql", "replace into t values (1)"),
]


@pytest.mark.parametrize(("dialect", "sql"), WRITES)
def test_what_does_more_than_read_is_refused(dialect: str, sql: str) -> None:
    with pytest.raises(PipeWeaveError) as refused:
        read_only(sql, dialect, "sources/x.yaml, line 3")
    assert refused.value.code is ErrorCode.VALIDATION_ERROR
    assert refused.value.message.startswith("sources/x.yaml, line 3: the query is refused: ")


@pytest.mark.parametrize(
    ("dialect", "sql", "executed"),
    [
        ("postgres", "select a from t union all select b from u", None),
        ("postgres", "with x as (select 1 as a) select * from x", None),
        (
            "postgres",
            r"select 'a\b', '100%', c ->> 'deleted' from \"update\"".replace('\\"', '"'),
            None,
        ),
        ("mysql", r"select 'it\'s', '\\' from t", r"SELECT 'it''s', '\\' FROM t"),
        # Servers execute such comments; what runs is what the parser has seen.
        ("mysql", "select /*!50000 sleep(9), */ a from t", "SELECT a FROM t"),
        ("postgres", "select a from t -- ; delete from t", "SELECT a FROM t"),
    ],
)
def test_what_only_reads_is_executed_as_it_was_understood(
    dialect: str, sql: str, executed: str | None
) -> None:
    found = read_only(sql, dialect, "query")
    assert found.lower() == (executed or sql).lower()


def test_the_parser_logs_no_query(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(PipeWeaveError):
        read_only("call secret_procedure('pw')", "mysql", "query")
    assert not caplog.records
