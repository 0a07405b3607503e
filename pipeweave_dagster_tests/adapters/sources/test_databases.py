"""Pulls from real servers: every value arrives as it is, and only changed parts are read."""

import datetime as dt
import math
import uuid
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pydantic import SecretStr

from pipeweave_dagster.adapters.sources.address import parse_address
from pipeweave_dagster.adapters.sources.pull import open_reader, pull_source
from pipeweave_dagster.core.documents import Source, SourcePull
from pipeweave_dagster.core.errors import ErrorCode, PipeWeaveError
from pipeweave_dagster_tests.servers.databases import PASSWORD, VARIABLE, Database
from pipeweave_dagster_tests.servers.process import free_ports

pytestmark = [pytest.mark.server, pytest.mark.xdist_group("sources")]
UTC = ZoneInfo("UTC")
Pull = Callable[..., tuple[SourcePull, dict[str, pa.Table]]]


@pytest.fixture
def pull(tmp_path: Path) -> Pull:
    """Pull a source; returns the pull, and the tables that were read by the name of their file."""

    def pulled(
        server: Database, known: SourcePull | None = None, **what: Any
    ) -> tuple[SourcePull, dict[str, pa.Table]]:
        source = Source(kind=server.kind, connection=VARIABLE, **what)
        folder = tmp_path / uuid.uuid4().hex
        folder.mkdir()
        result = pull_source("x", source, SecretStr(server.url), known, folder, 1 << 30)
        return result, {path.name: pq.read_table(path) for path in folder.iterdir()}

    return pulled


@pytest.fixture(params=["postgres", "mariadb"])
def server(request: pytest.FixtureRequest) -> Database:
    """Each server in turn."""
    found: Database = request.getfixturevalue(f"{request.param}_server")
    return found


def test_every_type_of_postgres_arrives_as_it_is(postgres_server: Database, pull: Pull) -> None:
    postgres_server.execute(
        "DROP TABLE IF EXISTS kinds; DROP TYPE IF EXISTS mood",
        "CREATE TYPE mood AS ENUM ('sad', 'ok')",
        "CREATE TABLE kinds (t text, n numeric(38,10), free numeric, b bytea, tz timestamptz,"
        " ts timestamp, d date, big bigint, f float8, m mood, u uuid, j jsonb, a int[],"
        " i interval)",
        "INSERT INTO kinds VALUES ('', 1234567890123456789012345678.0123456789, 0.10, '\\x00ff',"
        " '2024-03-31 01:30:00+02', '2024-03-31 01:30', '2024-02-29', 9223372036854775807, 0.1,"
        " 'ok', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '{\"a\": null}', '{1,null}', '2 days'),"
        " (null, null, null, null, null, null, null, null, null, null, null, null, null, null),"
        " ('x', 'NaN', 'NaN', '', 'infinity', '-infinity', 'infinity', -9223372036854775808,"
        " 'NaN', 'sad', null, null, '{}', '-1 second')",
    )
    result, tables = pull(postgres_server, table="kinds")
    rows = tables["x.parquet"].to_pylist()
    assert rows[0] == {
        "t": "",
        "n": Decimal("1234567890123456789012345678.0123456789"),
        "free": "0.10",
        "b": b"\x00\xff",
        "tz": dt.datetime(2024, 3, 30, 23, 30, tzinfo=UTC),
        "ts": dt.datetime(2024, 3, 31, 1, 30),  # noqa: DTZ001 - the column has no zone
        "d": dt.date(2024, 2, 29),
        "big": 2**63 - 1,
        "f": 0.1,
        "m": "ok",
        "u": uuid.UUID("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
        "j": '{"a": null}',
        "a": [1, None],
        "i": "2 days",
    }
    assert set(rows[1].values()) == {None}
    assert rows[2]["b"] == b""
    assert math.isnan(rows[2]["f"])
    assert result.notes == [
        "NaN or infinite numbers in decimal columns, stored as missing: 1",
        "infinite dates, or outside the years 1 to 9999, stored as missing: 3",
    ]


def test_every_type_of_mysql_arrives_as_it_is(mariadb_server: Database, pull: Pull) -> None:
    mariadb_server.execute(
        "DROP TABLE IF EXISTS kinds",
        "CREATE TABLE kinds (t varchar(20), n decimal(38,10), wide decimal(65,30), b blob,"
        " ts timestamp(6) NULL, at datetime(3), d date, tm time, big bigint unsigned, low bigint,"
        " f double, single float, bits bit(10), y year, e enum('sad','ok'), j json)",
        "INSERT INTO kinds VALUES ('', 1234567890123456789012345678.0123456789,"
        " 1.000000000000000000000000000001, x'00ff', '2024-03-30 23:30:00.123456',"
        " '2024-03-31 01:30:00.5', '2024-02-29', '-838:59:59', 18446744073709551615,"
        " -9223372036854775808, 0.1, 16777215, b'1000000001', 2024, 'ok', '{\"a\": null}'),"
        f" ({', '.join(['null'] * 16)}),"
        " ('ü😀\\\\', 0, 0, '', '0000-00-00', '2024-00-10', '0000-00-00', '12:00', 0, 0, 0, 0, 0,"
        " 0, 'sad', null)",
    )
    result, tables = pull(mariadb_server, table="kinds")
    rows = tables["x.parquet"].to_pylist()
    assert rows[0] == {
        "t": "",
        "n": Decimal("1234567890123456789012345678.0123456789"),
        "wide": Decimal("1.000000000000000000000000000001"),
        "b": b"\x00\xff",
        "ts": dt.datetime(2024, 3, 30, 23, 30, 0, 123456, tzinfo=UTC),
        "at": dt.datetime(2024, 3, 31, 1, 30, 0, 500000),  # noqa: DTZ001 - the column has no zone
        "d": dt.date(2024, 2, 29),
        "tm": "-838:59:59",
        "big": 2**64 - 1,
        "low": -(2**63),
        "f": 0.1,
        "single": 16777215.0,
        "bits": 513,
        "y": 2024,
        "e": "ok",
        "j": '{"a": null}',
    }
    assert set(rows[1].values()) == {None}
    assert (rows[2]["t"], rows[2]["b"], rows[2]["d"]) == ("ü😀\\", b"", None)
    assert result.notes == ["zero dates of MySQL (such as 0000-00-00), stored as missing: 3"]


SERIES = {
    "postgres": "generate_series(0, 32734) AS s(seq)",
    "mysql": "seq_0_to_32734",
}


def test_late_rows_reopen_their_day_alone(server: Database, pull: Pull) -> None:
    """As many rows and days as nycflights has: 32,735 rows on 365 days."""
    day = "1 + seq % 365"
    server.execute(
        "DROP TABLE IF EXISTS flights",
        f"CREATE TABLE flights AS SELECT seq AS id, {day} AS day, 2013 AS year"
        f" FROM {SERIES[server.kind]}",
    )
    what: dict[str, Any] = {"table": "flights", "incremental": {"partition_by": ["year", "day"]}}
    first, tables = pull(server, **what)
    assert (len(first.parts), first.rows, len(tables)) == (365, 32_735, 365)
    ids = sorted(i for table in tables.values() for i in table["id"].to_pylist())
    assert ids == list(range(32_735))
    server.execute(*[f"INSERT INTO flights VALUES ({40_000 + i}, 77, 2013)" for i in range(5)])
    second, tables = pull(server, known=first, **what)
    assert [*tables] == ["2013-77.parquet"]
    assert second.rows == 32_740
    changed = [a.file.name for a, b in zip(second.parts, first.parts, strict=True) if a != b]
    assert changed == ["2013-77.parquet"]
    third, tables = pull(server, known=second, **what)
    assert (third, tables) == (second, {})
    server.execute("DELETE FROM flights WHERE day = 5")
    fourth, tables = pull(server, known=third, **what)
    assert (len(fourth.parts), tables) == (364, {})


def test_the_day_and_the_watermark_of_a_time(server: Database, pull: Pull) -> None:
    kind = "timestamptz" if server.kind == "postgres" else "datetime"
    server.execute(
        "DROP TABLE IF EXISTS events",
        f"CREATE TABLE events (at {kind} NULL, note text)",
        "INSERT INTO events VALUES ('2024-01-01 00:00:00', 'a'), ('2024-01-02 23:59:59', 'b'),"
        " (NULL, 'it''s \\\\ late')",
    )
    what: dict[str, Any] = {"table": "events", "incremental": {"key": "at"}}
    first, tables = pull(server, **what)
    parts = {part.file.name: (part.rows, part.watermark) for part in first.parts}
    assert parts["2024-01-02.parquet"][1] is not None
    assert parts["2024-01-02.parquet"][1].startswith("2024-01-02 23:59:59")
    assert len(parts) == 3
    # An update that moves the key is seen although the number of rows is the same.
    server.execute("UPDATE events SET at = '2024-01-02 23:59:58' WHERE note = 'b'")
    _, tables = pull(server, known=first, **what)
    assert [*tables] == ["2024-01-02.parquet"]
    server.execute("INSERT INTO events VALUES (NULL, 'another without a time')")
    _, tables = pull(server, known=first, **what)
    assert len(tables) == 2


def test_another_query_or_another_column_reads_everything_again(
    server: Database, pull: Pull
) -> None:
    server.execute(
        "DROP TABLE IF EXISTS small",
        "CREATE TABLE small (a int, part int)",
        "INSERT INTO small VALUES (1, 1), (2, 2)",
    )
    what: dict[str, Any] = {"incremental": {"partition_by": ["part"]}}
    first, _ = pull(server, query="SELECT a, part FROM small", **what)
    _, tables = pull(server, known=first, query="SELECT -a AS a, part FROM small", **what)
    assert len(tables) == 2
    _, tables = pull(server, known=first, query="SELECT 'x' AS a, part FROM small", **what)
    assert len(tables) == 2


def test_the_session_itself_refuses_to_write(server: Database) -> None:
    server.execute("DROP TABLE IF EXISTS safe", "CREATE TABLE safe (a int)")
    source = Source(kind=server.kind, connection=VARIABLE, table="safe")  # type: ignore[arg-type]
    reader: Any = open_reader(source, parse_address(server.kind, server.url, VARIABLE))
    try:
        with pytest.raises(PipeWeaveError, match=r"(?i)read.only"):
            reader._executed("INSERT INTO safe VALUES (1)")
    finally:
        reader.close()
    assert server.query("SELECT count(*) FROM safe") == [(0,)]


@pytest.mark.parametrize(
    ("what", "change", "code"),
    [
        ({"table": "missing"}, ("", ""), ErrorCode.NOT_FOUND),
        ({"query": "SELECT missing FROM flights"}, ("", ""), ErrorCode.NOT_FOUND),
        ({"query": "SELECT 1 AS a, 2 AS a"}, ("", ""), ErrorCode.VALIDATION_ERROR),
        ({"table": "a"}, (PASSWORD, "wrong-password"), ErrorCode.UNAUTHORIZED),
        ({"table": "a"}, ("port", ""), ErrorCode.SERVICE_UNAVAILABLE),
    ],
)
def test_errors_say_what_is_wrong_without_the_password(
    server: Database, tmp_path: Path, what: Any, change: tuple[str, str], code: ErrorCode
) -> None:
    server.execute("DROP TABLE IF EXISTS flights", "CREATE TABLE flights (a int)")
    old, new = change if change[0] != "port" else (str(server.port), str(free_ports(1)[0]))
    url = server.url.replace(old, new) if old else server.url
    source = Source(kind=server.kind, connection=VARIABLE, **what)  # type: ignore[arg-type]
    with pytest.raises(PipeWeaveError) as failed:
        pull_source("x", source, SecretStr(url), None, tmp_path, 1 << 30)
    assert failed.value.code is code
    assert PASSWORD not in str(failed.value.envelope())
    assert "wrong-password" not in str(failed.value.envelope())
    assert failed.value.fix


def test_a_source_beyond_the_limit_is_refused(server: Database, tmp_path: Path) -> None:
    source = Source(  # type: ignore[call-arg]
        kind=server.kind,
        connection=VARIABLE,
        query="SELECT 'a' AS a",  # type: ignore[arg-type]
    )
    with pytest.raises(PipeWeaveError, match="MAX_DATASET_SIZE_MB"):
        pull_source("x", source, SecretStr(server.url), None, tmp_path, 10)
