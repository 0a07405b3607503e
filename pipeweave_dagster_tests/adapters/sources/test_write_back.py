"""Predictions in a table of a real server: a batch replaces only itself, however often it runs."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pydantic import SecretStr, ValidationError

from pipeweave_dagster.adapters.sources.write_back import write_batch
from pipeweave_dagster.core.documents import DatasetSettings, Source
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.core.sources.write_sql import WriteSql
from pipeweave_dagster_tests.servers.databases import PASSWORD, VARIABLE, Database

pytestmark = [pytest.mark.server, pytest.mark.xdist_group("sources")]


@pytest.fixture(params=["postgres", "mariadb"])
def server(request: pytest.FixtureRequest) -> Database:
    """Each server in turn, without the table."""
    found: Database = request.getfixturevalue(f"{request.param}_server")
    found.execute("DROP TABLE IF EXISTS predicted")
    return found


def rows(folder: Path, labels: list[Any], **more: Any) -> Path:
    path = folder / f"rows-{len(list(folder.iterdir()))}.parquet"
    columns = {
        "row_id": pa.array(range(len(labels)), pa.int64()),
        "prediction": pa.array(labels, pa.string()),
        'probability_a"b%s`': pa.array([0.1 + i for i in range(len(labels))], pa.float64()),
        "outside_training": pa.array([i % 2 == 0 for i in range(len(labels))], pa.bool_()),
        **more,
    }
    pq.write_table(pa.table(columns), path)
    return path


def texts(columns: Mapping[str, Sequence[str | None]]) -> dict[str, Any]:
    return {name: pa.array(list(values), pa.string()) for name, values in columns.items()}


def write(server: Database, path: Path, batch: str = "monday", **facts: Any) -> int:
    what = {"kind": server.kind, "connection": VARIABLE, "table": "x", **facts}
    return write_batch(Source(**what), SecretStr(server.url), "predicted", batch, path)


def test_a_batch_is_written_once_however_often_it_runs(server: Database, tmp_path: Path) -> None:
    texts = ["yes", "", None, "a,\"b'\\;%s", "ü\n2"]
    path = rows(tmp_path, texts)
    assert [write(server, path), write(server, path)] == [5, 5]
    assert write(server, rows(tmp_path, ["no"]), "tuesday") == 1
    found = server.query(
        "SELECT row_id, prediction FROM predicted WHERE pipeweave_batch = 'monday' ORDER BY row_id"
    )
    assert [text for _, text in found] == texts
    assert write(server, rows(tmp_path, ["x", "y"])) == 2
    counts = "SELECT pipeweave_batch, COUNT(*) FROM predicted GROUP BY 1 ORDER BY 1"
    assert server.query(counts) == [("monday", 2), ("tuesday", 1)]
    values = server.query(
        "SELECT * FROM predicted WHERE pipeweave_batch = 'monday' ORDER BY row_id"
    )
    assert [row[3] for row in values] == [0.1, 1.1]
    assert [bool(row[4]) for row in values] == [True, False]


def test_runs_of_one_batch_at_once_leave_one_of_them(server: Database, tmp_path: Path) -> None:
    paths = [rows(tmp_path, [name] * 300) for name in ("one", "two", "three")]
    with ThreadPoolExecutor(3) as pool:
        assert list(pool.map(lambda path: write(server, path), paths)) == [300] * 3
    found = server.query("SELECT prediction, COUNT(*) FROM predicted GROUP BY prediction")
    assert [count for _, count in found] == [300]


def test_a_failure_leaves_what_was_there(server: Database, tmp_path: Path) -> None:
    write(server, rows(tmp_path, ["kept"]))
    more = pa.array([1.0], pa.float64())
    with pytest.raises(PipeWeaveError, match="has no column 'probability_c'") as caught:
        write(server, rows(tmp_path, ["lost"], probability_c=more))
    assert "ALTER TABLE" in caught.value.fix
    long = rows(tmp_path, ["lost"], **{"c" * 80: more})
    with pytest.raises(PipeWeaveError, match="bytes of a column's name"):
        write(server, long)
    assert server.query("SELECT prediction FROM predicted") == [("kept",)]


def test_copied_columns_join_with_the_types_of_the_training(
    server: Database, tmp_path: Path
) -> None:
    """So an id of text in the predictions joins with the integers of the table it is from."""
    copied: dict[str, list[str | None]] = {
        "order_id": ["7", "9007199254740993"],
        "sku": ["007", "x"],
        "price": ["1.5", None],
        "day": ["2026-01-31", None],
        "at": ["2026-01-31 10:00:00", None],
        "gift": ["true", "false"],
        "prediction_of_input": ["1", "2"],
    }
    path = rows(tmp_path, ["1", "2"], **texts(copied))
    types = {"order_id": "integer", "sku": "integer", "prediction": "integer"}
    types |= {"price": "number", "day": "date", "at": "datetime", "gift": "boolean"}
    source = Source(kind=server.kind, connection=VARIABLE, table="x")
    place = (source, SecretStr(server.url), "predicted")
    assert [write_batch(*place, "b", path, types) for _ in range(2)] == [2, 2]
    server.execute(
        "DROP TABLE IF EXISTS bought",
        "CREATE TABLE bought (order_id int8, n int)",
        "INSERT INTO bought VALUES (9007199254740993, 2), (7, 1)",
    )
    found = server.query(
        "SELECT n, sku, price, day, at, gift, prediction, prediction_of_input"
        " FROM bought JOIN predicted USING (order_id) ORDER BY n"
    )
    at = datetime(2026, 1, 31, 10)  # noqa: DTZ001 - as the table has it
    assert found == [(1, "007", 1.5, at.date(), at, True, "1", 1),
                     (2, "x", None, None, None, False, "2", 2)]  # fmt: skip
    bad = rows(tmp_path, ["1"], **texts({name: ["z"] for name in copied}))
    with pytest.raises(PipeWeaveError, match="of the type") as caught:
        write_batch(*place, "c", bad, types)
    assert "change the column to text" in caught.value.fix


def test_a_table_with_an_id_of_text_stays_as_it_is(server: Database, tmp_path: Path) -> None:
    path = rows(tmp_path, ["a", "b"], order_id=pa.array(["07", "8"], pa.string()))
    write(server, path)
    source = Source(kind=server.kind, connection=VARIABLE, table="x")
    again = write_batch(
        source, SecretStr(server.url), "predicted", "monday", path, {"order_id": "integer"}
    )
    assert again == 2
    found = server.query("SELECT order_id FROM predicted ORDER BY row_id")
    assert found == [("07",), ("8",)]


def test_missing_and_infinite_numbers(server: Database, tmp_path: Path) -> None:
    odd = pa.array([float("nan"), None, 1.5], pa.float64())
    assert write(server, rows(tmp_path, ["a", "b", "c"], lower=odd)) == 3
    found = [row[0] for row in server.query("SELECT lower FROM predicted ORDER BY row_id")]
    assert found[1:] == [None, 1.5]
    assert found[0] is None or found[0] != found[0]


def test_errors_name_the_server_and_no_password(server: Database, tmp_path: Path) -> None:
    path = rows(tmp_path, ["a"])
    wrong = server.url.replace(PASSWORD, "not-" + PASSWORD)
    source = Source(kind=server.kind, connection=VARIABLE, table="x")
    with pytest.raises(PipeWeaveError) as caught:
        write_batch(source, SecretStr(wrong), "predicted", "b", path)
    assert caught.value.code == "UNAUTHORIZED"
    assert PASSWORD not in str(caught.value.envelope())
    with pytest.raises(PipeWeaveError, match="cannot be written to a source of the kind"):
        write(server, path, kind="mongodb", table=None, collection="x")


@pytest.mark.parametrize(
    "to", ["shop", "shop.a.b.c", "shop.x; DROP TABLE y", "../x.y", "shop.", ""]
)
def test_names_that_are_no_table_are_refused(to: str) -> None:
    with pytest.raises(ValidationError):
        DatasetSettings.model_validate({"predictions": {"to": to}})


def test_names_are_quoted() -> None:
    sql = WriteSql("postgres", "shop.p", {'a"b%': "number"})
    assert sql.create.startswith('CREATE TABLE IF NOT EXISTS "shop"."p" ("pipeweave_batch" text')
    assert '"a""b%%" double precision' in sql.create
