"""Pulls of documents: none is lost, fields of several types are named, parts follow a field."""

import datetime as dt
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import bson
import pyarrow.parquet as pq
import pymongo
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from pipeweave_dagster.adapters.sources.document_columns import FieldColumns, flattened
from pipeweave_dagster.adapters.sources.pull import pull_source
from pipeweave_dagster.core.documents import Source, SourcePull
from pipeweave_dagster.core.errors import ErrorCode, PipeWeaveError
from pipeweave_dagster_tests.servers.databases import Database
from pipeweave_dagster_tests.servers.process import free_ports

DAY = dt.datetime(2024, 1, 1, 3, tzinfo=dt.UTC)
NAMES = st.text("ab.$\\", min_size=1, max_size=3)
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(2**63), 2**63 - 1), st.text(max_size=3)),
    lambda inner: st.one_of(st.lists(inner, max_size=2), st.dictionaries(NAMES, inner, max_size=2)),
    max_leaves=6,
)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.dictionaries(NAMES, VALUES, max_size=3), min_size=1, max_size=5))
def test_every_value_of_every_document_has_its_own_cell(found: list[dict[str, Any]]) -> None:
    documents = [{"_id": i, **document} for i, document in enumerate(found)]
    fields = FieldColumns()
    for document in documents:
        fields.add(document)
        names = [name for name, _ in flattened(document)]
        assert len(set(names)) == len(names)
    rows = fields.batch(documents).to_pylist()
    for document, row in zip(documents, rows, strict=True):
        filled = {name for name, value in flattened(document) if value is not None}
        assert {name for name, value in row.items() if value is not None} == filled
        for name, value in flattened(document):
            if isinstance(value, str):
                assert row[name] == value


@pytest.fixture
def things(mongodb_server: Database) -> Iterator[Any]:
    """An empty collection."""
    client: Any = pymongo.MongoClient(mongodb_server.url, uuidRepresentation="standard")
    with client:
        client.shop.things.drop()
        yield client.shop.things


def pulled(
    url: str, folder: Path, known: SourcePull | None = None, **what: Any
) -> tuple[SourcePull, dict[str, list[dict[str, Any]]]]:
    """The pull, and the rows that were read by the name of their file."""
    source = Source(kind="mongodb", connection="SHOP_DB", collection="things", **what)
    target = folder / uuid.uuid4().hex
    target.mkdir()
    result = pull_source("x", source, SecretStr(url), known, target, 1 << 30)
    return result, {path.name: pq.read_table(path).to_pylist() for path in target.iterdir()}


@pytest.mark.server
@pytest.mark.xdist_group("sources")
def test_documents_of_three_shapes(mongodb_server: Database, things: Any, tmp_path: Path) -> None:
    one = {"at": DAY, "age": 7, "big": bson.Int64(2**60 + 1), "f": 1}
    two = {"address": {"city": "Ü", "geo": [1, 2.5]}, "e": {}, "age": "unknown", "f": 0.5}
    three = {"tags": ["a", {"b": None}], "d": bson.Decimal128("1.10"), "b": b"\0\xff", "a.b": 1,
             "address": "none", "u": uuid.UUID(int=5)}  # fmt: skip
    things.insert_many([dict((one, two, three)[i % 3]) for i in range(1000)])
    result, files = pulled(mongodb_server.url, tmp_path)
    rows = files["x.parquet"]
    assert result.rows == len(rows) == 1000
    assert {row["_id"] for row in rows} == {str(d["_id"]) for d in things.find({}, {"_id": 1})}
    cells = [{k: v for k, v in row.items() if v is not None and k != "_id"} for row in rows[:3]]
    assert cells == [
        {"at": DAY, "age": "7", "big": 2**60 + 1, "f": 1.0},
        {"address.city": "Ü", "address.geo": "[1, 2.5]", "e": "{}", "age": "unknown", "f": 0.5},
        {"tags": '["a", {"b": null}]', "d": "1.10", "b": b"\0\xff", "a\\.b": 1,
         "address": "none", "u": str(uuid.UUID(int=5))},
    ]  # fmt: skip
    assert result.notes == ["values of 'age', which holds integer and text, stored as text: 667"]


@pytest.mark.server
@pytest.mark.xdist_group("sources")
def test_late_documents_reopen_their_part_alone(
    mongodb_server: Database, things: Any, tmp_path: Path
) -> None:
    things.insert_many(
        {"at": DAY + dt.timedelta(days=i % 4), "shop": "1" if i % 2 else 1} for i in range(40)
    )
    first, files = pulled(mongodb_server.url, tmp_path, incremental={"key": "at"})
    assert len(files) == len(first.parts) == 4
    things.insert_one({"at": DAY + dt.timedelta(days=2), "new": True})
    second, files = pulled(mongodb_server.url, tmp_path, first, incremental={"key": "at"})
    assert [*files] == ["2024-01-03.parquet"]
    assert second.rows == 41
    # A text and a number are different parts although they look the same.
    by_shop, files = pulled(mongodb_server.url, tmp_path, incremental={"partition_by": ["shop"]})
    assert sorted(part.rows for part in by_shop.parts) == [1, 20, 20]
    assert sum(map(len, files.values())) == 41


@pytest.mark.server
@pytest.mark.xdist_group("sources")
@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("mongodb://ann:geheim99@127.0.0.1:{port}/shop", ErrorCode.UNAUTHORIZED),
        ("mongodb://ann:geheim99@127.0.0.1:{port}/", ErrorCode.VALIDATION_ERROR),
        ("mongodb://ann:geheim99@127.0.0.1:{away}/shop", ErrorCode.SERVICE_UNAVAILABLE),
    ],
)
def test_errors_show_no_password(
    mongodb_server: Database,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    url: str,
    code: ErrorCode,
) -> None:
    monkeypatch.setattr("pipeweave_dagster.adapters.sources.mongodb._WAIT_MS", 300)
    address = url.format(port=mongodb_server.port, away=free_ports(1)[0])
    with pytest.raises(PipeWeaveError) as failed:
        pulled(address, tmp_path)
    assert failed.value.code is code
    assert "geheim99" not in str(failed.value.envelope())
