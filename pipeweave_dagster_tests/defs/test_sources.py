"""Sources in Dagster: one asset each, upstream of the upload, pulled by hand and by schedule."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from pipeweave_dagster.build import build_defs
from pipeweave_dagster.core.documents import DatasetSnapshot, SourcePull
from pipeweave_dagster.defs.datasets.assets import dataset, raw_upload
from pipeweave_dagster.lib.launch_config import LaunchConfig
from pipeweave_dagster.lib.resources import WorkbenchResource
from pipeweave_dagster.services.garbage_collection import collect
from pipeweave_dagster.services.pulled_files import pull_key
from pipeweave_dagster.services.sources import state_of_source
from pipeweave_dagster.services.workbench import Workbench
from pipeweave_dagster_tests.defs.conftest import context_for
from pipeweave_dagster_tests.servers.databases import PASSWORD, VARIABLE, Database
from pipeweave_dagster_tests.servers.process import free_ports

pytestmark = [pytest.mark.server, pytest.mark.xdist_group("sources")]
ORDERS = b"""
kind: postgres
connection: SHOP_DB
table: orders
incremental: {partition_by: [day]}
schedule: "15 6 * * *"
timezone: Europe/Berlin
"""


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    """A Dagster instance in memory."""
    with dg.DagsterInstance.ephemeral() as made:
        yield made


@pytest.fixture
def storage(tmp_path: Path, postgres_server: Database, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A storage with one source, and its table."""
    monkeypatch.setenv(VARIABLE, postgres_server.url)
    postgres_server.execute(
        "DROP TABLE IF EXISTS orders",
        "CREATE TABLE orders (id bigint, day date, price numeric(38,10), note text)",
        "INSERT INTO orders SELECT g, date '2024-01-01' + g / 10,"
        " 1234567890123456789012345678.0123456789 - g, 'n' || g FROM generate_series(0, 99) g",
    )
    (tmp_path / "storage" / "sources").mkdir(parents=True)
    (tmp_path / "storage" / "sources" / "orders.yaml").write_bytes(ORDERS)
    (tmp_path / "storage" / "sources" / "wrong.yaml").write_bytes(b"kind: nothing")
    return tmp_path / "storage"


def definitions(storage: Path) -> dg.Definitions:
    """What a code location loads."""
    home = str(storage.parent)
    return build_defs(resources={"workbench": WorkbenchResource(storage=str(storage), home=home)})


def pulled(storage: Path, instance: dg.DagsterInstance) -> dg.ExecuteInProcessResult:
    """Materialize the source as the web UI does."""
    job = definitions(storage).resolve_job_def("pull_sources")
    return job.execute_in_process(instance=instance, raise_on_error=False)


def facts_of(result: dg.ExecuteInProcessResult) -> dict[str, Any]:
    """The metadata of its materialization, as plain values."""
    (event,) = result.asset_materializations_for_node("source_orders")
    return {name: value.value for name, value in event.metadata.items()}


def test_the_lineage_of_an_upload_starts_at_the_database(storage: Path) -> None:
    found = definitions(storage)
    assets = {node.key.to_user_string(): node for node in found.resolve_asset_graph().asset_nodes}
    assert "source_wrong" not in assets
    assert {"postgresql", "table"} <= set(assets["source_orders"].kinds)
    upstream = {key.to_user_string() for key in assets["raw_upload"].parent_keys}
    assert "source_orders" in upstream
    schedule = found.resolve_schedule_def("pull_orders")
    assert (schedule.cron_schedule, schedule.execution_timezone) == ("15 6 * * *", "Europe/Berlin")
    tick = schedule.evaluate_tick(
        dg.build_schedule_context(scheduled_execution_time=dt.datetime(2024, 1, 1, tzinfo=dt.UTC))
    )
    (request,) = tick.run_requests or []
    assert request.asset_selection == [dg.AssetKey("source_orders")]


def test_a_pull_goes_down_the_line_and_late_rows_reopen_their_day(
    storage: Path, instance: dg.DagsterInstance, postgres_server: Database
) -> None:
    result = pulled(storage, instance)
    assert result.success
    facts = facts_of(result)
    assert (facts["dagster/row_count"], facts["parts"], facts["parts read"]) == (100, 10, 10)
    assert instance.get_dynamic_partitions("datasets") == ["orders"]
    first = down_the_line(storage)
    assert (first.rows, len(first.columns)) == (100, 4)
    types = {column.name: column.type for column in first.columns}
    assert types == {"id": "integer", "day": "date", "price": "text", "note": "text"}
    assert "Read 10 parts of one table." in first.notes
    postgres_server.execute("INSERT INTO orders VALUES (999, '2024-01-03', 1, 'late')")
    late = facts_of(pulled(storage, instance))
    assert late["parts read now"] == ["2024-01-03.parquet"]
    assert down_the_line(storage).rows == 101
    again = facts_of(pulled(storage, instance))
    assert again["parts read"] == 0
    assert again["upload"].startswith("none")


def down_the_line(storage: Path) -> DatasetSnapshot:
    """The typed table of the newest upload, which the garbage collector must leave whole."""
    with WorkbenchResource(storage=str(storage), home=str(storage.parent)).open() as bench:
        for file in (storage / "raw").iterdir():
            assert file.is_file()
        collect(bench.store, 1, dry=False, quiet=lambda: True, min_age_s=0)
        run = {"context": context_for("orders"), "workbench": bench}
        raw = raw_upload(config=LaunchConfig(), **run).value
        assert raw.source == "postgres table orders"
        found: DatasetSnapshot = dataset(raw_upload=raw, **run).value
        return found


def test_a_join_that_would_multiply_rows_fails_its_check(
    storage: Path, instance: dg.DagsterInstance, postgres_server: Database
) -> None:
    join = b"kind: join\nleft: orders\njoin: [{source: days, on: day}]\n"
    days = b"kind: postgres\nconnection: SHOP_DB\ntable: days\ndataset: false\n"
    (storage / "sources" / "joined.yaml").write_bytes(join)
    (storage / "sources" / "days.yaml").write_bytes(days)
    postgres_server.execute(
        "DROP TABLE IF EXISTS days",
        "CREATE TABLE days AS SELECT DISTINCT day, extract(dow FROM day)::int AS dow FROM orders",
    )
    result = pulled(storage, instance)
    (check,) = result.get_asset_check_evaluations()
    assert result.success
    assert check.passed
    assert not (storage / pull_key("days")).exists()
    assert b"100" in (storage / pull_key("joined")).read_bytes()
    postgres_server.execute("INSERT INTO days VALUES ('2024-01-02', 9)")
    result = pulled(storage, instance)
    (check,) = result.get_asset_check_evaluations()
    assert not result.success
    assert not check.passed
    assert "1 keys of 'days' occur more than once" in (check.description or "")


def test_a_source_that_is_away_is_tried_again_and_leaves_the_others_alone(
    storage: Path, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeweave_dagster.lib.failures._RETRY_DELAYS_S", (0.01,))
    monkeypatch.setenv("AWAY_DB", f"postgresql://ann:pw@127.0.0.1:{free_ports(1)[0]}/shop")
    away = b"kind: postgres\nconnection: AWAY_DB\ntable: orders\n"
    (storage / "sources" / "away.yaml").write_bytes(away)
    result = pulled(storage, instance)
    assert not result.success
    assert facts_of(result)["dagster/row_count"] == 100
    retried = [event.step_key for event in result.all_events if event.is_step_up_for_retry]
    assert retried == ["source_away"]
    with WorkbenchResource(storage=str(storage)).open() as bench:
        assert (state_of_source(bench.store, "away").error or {})["code"] == "SERVICE_UNAVAILABLE"
        assert state_of_source(bench.store, "orders").error is None


def test_a_failed_pull_is_recorded_for_its_source_and_shows_no_password(
    storage: Path,
    instance: dg.DagsterInstance,
    postgres_server: Database,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    assert pulled(storage, instance).success
    before = (storage / pull_key("orders")).read_bytes()
    wrong = postgres_server.url.replace(PASSWORD, f"{PASSWORD}-old")
    monkeypatch.setenv(VARIABLE, wrong)
    result = pulled(storage, instance)
    assert not result.success
    assert (storage / pull_key("orders")).read_bytes() == before
    with WorkbenchResource(storage=str(storage)).open() as bench:
        state = state_of_source(bench.store, "orders")
    assert state.pull is not None
    assert (state.error or {})["code"] == "UNAUTHORIZED"
    events = [str(entry) for entry in instance.all_logs(result.run_id)]
    kept = [path.read_bytes() for path in storage.rglob("*") if path.is_file()]
    assert not [text for text in [*events, *capfd.readouterr()] if PASSWORD in text]
    assert not [data for data in kept if PASSWORD.encode() in data]


@pytest.mark.parametrize(
    "content", [b"{}", b"[1]", SourcePull(source="x", described="", definition="", parts=[])]
)
def test_a_file_that_only_looks_like_a_pull_is_refused(
    bench: Workbench, content: bytes | SourcePull
) -> None:
    data = content if isinstance(content, bytes) else content.model_dump_json().encode()
    bench.store.storage.put("uploads/foreign/foreign.pull.json", data)
    with pytest.raises(dg.Failure, match="VALIDATION_ERROR"):
        raw_upload(context=context_for("foreign"), config=LaunchConfig(), workbench=bench)
