"""Sensor ticks, schedules, our pages and Dagster's asset pages at many data sets."""

import asyncio
import datetime as dt
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import dagster as dg
import psutil
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load_target import ModuleTarget
from dagster_graphql.schema import create_schema
from starlette.testclient import TestClient

from benchmarks.load_parts.copied_home import copied_home
from pipeweave_dagster.cli.support import home
from pipeweave_dagster.core.landing import Seen, uploads_in
from pipeweave_dagster.definitions import defs
from pipeweave_dagster.lib.seen_uploads import save_seen
from pipeweave_dagster.services.overview_index import overview_of
from pipeweave_dagster.services.workbench import Workbench
from pipeweave_dagster.web import create_app

_ASSET_PAGE = """query Page($key: AssetKeyInput!) {
  assetNodeOrError(assetKey: $key) { ... on AssetNode {
    partitionStats { numMaterialized numPartitions }
    partitionKeysByDimension { partitionKeys }
    assetPartitionStatuses { __typename ... on DefaultPartitionStatuses { materializedPartitions } }
    assetMaterializations(limit: 10) { timestamp }
  } }
}"""
_CATALOGUE = "{ assetNodes { assetKey { path } partitionStats { numMaterialized } } }"
Act = Callable[[], Any]


def many_datasets(sizes: list[int]) -> list[dict[str, Any]]:
    """Return a row per number of data sets: processor seconds, first and second time."""
    return [_row(size) for size in sizes]


def _row(size: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="pipeweave-load-") as place:
        with copied_home(Path(place), size) as instance:
            acts = _acts(instance)
            row: dict[str, Any] = {"data sets": size}
            for name, act in acts.items():
                row[name] = f"{_seconds(act)} / {_seconds(act)}"
            row["memory"] = f"{psutil.Process().memory_info().rss >> 20} MB"
            row["peak"] = f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10} MB"
        return row


def _acts(instance: dg.DagsterInstance) -> dict[str, Act]:
    definitions = defs() if callable(defs) else defs
    repository = definitions.get_repository_def()
    settings = home.settings()
    bench = Workbench(settings)
    pages = TestClient(create_app(bench.store, settings), base_url="http://127.0.0.1")
    seen = Seen(
        started={u.key: u.version for u in uploads_in(bench.store.storage.list("uploads/"))}
    )
    cursor = save_seen(bench.store, "uploads", seen, None)

    def sensor(name: str, cursor: str | None) -> Act:
        def tick() -> Any:
            definition = repository.get_sensor_def(name)
            context = dg.build_sensor_context(
                instance, cursor=cursor, repository_def=repository, sensor_name=name
            )
            return definition.evaluate_tick(context)

        return tick

    def schedule() -> Any:
        context = dg.build_schedule_context(
            instance, scheduled_execution_time=dt.datetime.now(dt.UTC)
        )
        return repository.get_schedule_def("retrain_due").evaluate_tick(context)

    def got(path: str) -> Act:
        def get() -> None:
            assert pages.get(path).status_code == 200

        return get

    asked = _graphql(instance)
    return {
        "uploads tick": sensor("uploads", cursor),
        "reaper tick": sensor("reap_dead_runs", None),
        "retrain_due": schedule,
        "overview, all rows": lambda: overview_of(bench.store, rebuild=True),
        "overview, from the index": lambda: overview_of(bench.store),
        "overview page": got("/overview"),
        "index page": got("/"),
        "data set page": got("/datasets/penguins"),
        "Dagster catalogue": lambda: asked(_CATALOGUE, {}),
        "Dagster asset page": lambda: asked(_ASSET_PAGE, {"key": {"path": ["model"]}}),
    }


def _graphql(instance: dg.DagsterInstance) -> Callable[[str, dict[str, Any]], Any]:
    """Return what the web server does with a query, without the server."""
    schema = create_schema()
    process = WorkspaceProcessContext(
        instance,
        ModuleTarget("pipeweave_dagster.definitions", None, None, "pipeweave"),
    ).__enter__()

    def ask(query: str, variables: dict[str, Any]) -> Any:
        context = process.create_request_context()
        result = asyncio.run(
            schema.execute_async(query, context_value=context, variable_values=variables)
        )
        assert not result.errors, result.errors
        return result.data

    return ask


def _seconds(act: Act) -> str:
    began = time.process_time()
    act()
    return f"{time.process_time() - began:.2f}"
