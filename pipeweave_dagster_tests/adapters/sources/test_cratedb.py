"""CrateDB, shown against a stub of its HTTP endpoint: no server of it can be installed."""

import base64
import datetime as dt
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from pydantic import SecretStr

from pipeweave_dagster.adapters.sources.pull import pull_source
from pipeweave_dagster.core.documents import Source
from pipeweave_dagster.core.errors import ErrorCode, PipeWeaveError
from pipeweave_dagster_tests.servers.process import free_ports

pytestmark = pytest.mark.slow

COLUMNS = ["id", "at", "o", "a", "big", "price"]
TYPES = [9, 11, 12, [100, 9], 10, 22]
ROWS: list[list[Any]] = [
    [1, 1_704_078_000_000, {"b": [1, None]}, [1, 2], 2**63 - 1, "1.10"],
    [2, None, None, None, None, None],
    [3, 1_704_164_400_000, {}, [], -(2**63), "0"],
]
DAYS = ["2024-01-01 00:00:00", None, "2024-01-02 00:00:00"]


class Stub(BaseHTTPRequestHandler):
    """Answers the statements of a pull as CrateDB does."""

    statements: list[str] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        statement = json.loads(body)["stmt"]
        type(self).statements.append(statement)
        login = base64.b64encode(b"ann:geheim99").decode()
        if self.headers.get("Authorization") != f"Basic {login}":
            return self._send(401, {"error": {"message": "password geheim99", "code": 4010}})
        if "missing" in statement:
            error = {"message": "RelationUnknown[Relation 'missing' unknown]", "code": 4041}
            return self._send(404, {"error": error})
        return self._send(200, _reply(statement))

    def _send(self, status: int, content: Any) -> None:
        data = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: Any) -> None:
        """Print nothing."""


def _reply(statement: str) -> dict[str, Any]:
    if "LIMIT 0" in statement:
        return {"cols": COLUMNS, "col_types": TYPES, "rows": []}
    if "COUNT(*)" in statement:
        rows: list[list[Any]] = [[day, 1, day] for day in DAYS]
        return {"cols": ["p", "n", "w"], "col_types": [4, 10, 4], "rows": rows}
    if "WHERE" not in statement:
        return {"cols": COLUMNS, "col_types": TYPES, "rows": ROWS}
    found = [
        [*row, day]
        for row, day in zip(ROWS, DAYS, strict=True)
        if (f"= '{day}'" if day else "= NULL") in statement
    ]
    return {"cols": [*COLUMNS, "p"], "col_types": [*TYPES, 4], "rows": found}


@pytest.fixture
def stub() -> Iterator[int]:
    """The port of a stub."""
    (port,) = free_ports(1)
    Stub.statements = []
    with ThreadingHTTPServer(("127.0.0.1", port), Stub) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield port
        server.shutdown()
        thread.join()


def source(**what: Any) -> Source:
    return Source(kind="cratedb", connection="CRATE", **{"table": "doc.things", **what})


def test_objects_arrays_and_times_arrive_as_they_are(stub: int, tmp_path: Path) -> None:
    url = SecretStr(f"crate://ann:geheim99@127.0.0.1:{stub}")
    result = pull_source("x", source(), url, None, tmp_path, 1 << 20)
    rows = pq.read_table(tmp_path / "x.parquet").to_pylist()
    assert result.rows == 3
    assert rows[0] == {
        "id": 1,
        "at": dt.datetime(2024, 1, 1, 3, tzinfo=rows[0]["at"].tzinfo),
        "o": '{"b": [1, null]}',
        "a": "[1, 2]",
        "big": 2**63 - 1,
        "price": "1.10",
    }
    assert rows[1] == {"id": 2, **dict.fromkeys(COLUMNS[1:])}
    assert (rows[2]["o"], rows[2]["a"], rows[2]["big"]) == ("{}", "[]", -(2**63))
    assert Stub.statements[-1] == (
        'SELECT "id", "at", "o", "a", "big", "price" FROM (SELECT * FROM "doc"."things") AS pulled'
    )


def test_each_part_is_one_request(stub: int, tmp_path: Path) -> None:
    url = SecretStr(f"http://ann:geheim99@127.0.0.1:{stub}")
    what = source(incremental={"key": "at"})
    first = pull_source("x", what, url, None, tmp_path, 1 << 20)
    assert [part.rows for part in first.parts] == [1, 1, 1]
    sent = len(Stub.statements)
    again = pull_source("x", what, url, first, tmp_path, 1 << 20)
    assert again == first
    assert len(Stub.statements) == sent + 2  # columns and counts


@pytest.mark.parametrize(
    ("url", "table", "code"),
    [
        ("crate://ann:other999@127.0.0.1:{port}", "t", ErrorCode.UNAUTHORIZED),
        ("crate://ann:geheim99@127.0.0.1:{port}", "missing", ErrorCode.NOT_FOUND),
        ("crate://ann:geheim99@127.0.0.1:{away}", "t", ErrorCode.SERVICE_UNAVAILABLE),
    ],
)
def test_errors_show_no_password(
    stub: int, tmp_path: Path, url: str, table: str, code: ErrorCode
) -> None:
    address = SecretStr(url.format(port=stub, away=free_ports(1)[0]))
    with pytest.raises(PipeWeaveError) as failed:
        pull_source("x", source(table=table), address, None, tmp_path, 1 << 20)
    assert failed.value.code is code
    assert "geheim99" not in failed.value.text
