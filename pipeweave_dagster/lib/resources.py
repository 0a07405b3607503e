"""The workbench as a Dagster resource: settings, storage and workers, for one run."""

import contextlib
import os
from collections.abc import Iterator
from typing import Any

import dagster as dg
import psutil

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.lib.failure_reasons import CANCELLED, overtime
from pipeweave_dagster.lib.partitions import PROCESS_TAG
from pipeweave_dagster.lib.run_time_limit import MAX_RUNTIME_TAG, limit_tag
from pipeweave_dagster.services.workbench import Workbench
from pipeweave_dagster.settings import Settings


class WorkbenchResource(dg.ConfigurableResource[Workbench]):
    """Gives assets a `Workbench`. What is None here comes from the environment.

    Attributes:
        storage: A folder or `s3://bucket/prefix`, as PIPEWEAVE_STORAGE.
        home: Folder for caches and embedded databases, as PIPEWEAVE_HOME.
        mlflow_tracking_uri: As MLFLOW_TRACKING_URI.
    """

    storage: str | None = None
    home: str | None = None
    mlflow_tracking_uri: str | None = None

    def settings(self) -> Settings:
        """The environment's settings with this resource's laid over them."""
        given: dict[str, Any] = {
            "storage": self.storage,
            "home": self.home,
            "mlflow_tracking_uri": self.mlflow_tracking_uri,
        }
        return Settings(**{name: value for name, value in given.items() if value is not None})

    def open(self) -> Workbench:
        """A workbench outside a run (sensors, checks, the I/O manager)."""
        return Workbench(self.settings())

    @contextlib.contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator[Workbench]:
        """A workbench whose workers end with the run."""
        run = context.run
        if run is not None and context.instance is not None:
            # What is materialized by hand has no tags of a job.
            limit = {} if MAX_RUNTIME_TAG in run.tags else limit_tag(self.settings())
            context.instance.add_run_tags(run.run_id, {PROCESS_TAG: process_name(), **limit})
        with Workbench(self.settings(), for_line=True) as workbench:
            if run is not None and _is_first_run(workbench, run):
                workbench.warm_up()  # nothing can be reused, so every stage needs its worker
            try:
                yield workbench
            finally:
                if run is not None:
                    workbench.store.clear_scratch(run.run_id)
                    _note_end(context, workbench.store)


def _is_first_run(workbench: Workbench, run: dg.DagsterRun) -> bool:
    dataset = run.tags.get("dagster/partition")
    return dataset is not None and workbench.store.head(dataset) is None


def _note_end(context: dg.InitResourceContext, store: DocumentStore) -> None:
    """A run that is stopped can tell its end here only: no exception passes through a stage."""
    instance = context.instance
    run = instance.get_run_by_id(context.run.run_id) if instance and context.run else None
    dataset = run.tags.get("dagster/partition") if run else None
    if instance is None or run is None or dataset is None:
        return
    late = overtime(instance, run.run_id)
    if late is not None:
        instance.report_engine_event(late.text, run)
        end_attempt(store, dataset, run.run_id, late)
    elif run.status in {dg.DagsterRunStatus.CANCELING, dg.DagsterRunStatus.CANCELED}:
        end_attempt(store, dataset, run.run_id, CANCELLED)


def end_attempt(store: DocumentStore, dataset: str, run_id: str, why: PipeWeaveError) -> None:
    """Let a data set's last attempt be failed if it still counts as running."""
    last = store.attempt(dataset)
    if last is not None and last.run_id == run_id and last.state == "running":
        ended = {"state": "failed", "error": why.envelope()}
        store.save_attempt(dataset, last.model_copy(update=ended))


def process_name() -> str:
    """This process as `host:pid:start`, which no other process ever bears again."""
    me = psutil.Process()
    return f"{os.uname().nodename}:{me.pid}:{me.create_time():.2f}"


def pid_of(name: str) -> int:
    """The process id in such a name."""
    return int(name.split(":")[-2])


def is_alive(name: str) -> bool | None:
    """Whether a process named so still runs; None if that cannot be told from this machine."""
    host, _, started = name.rsplit(":", 2)
    if host != os.uname().nodename:
        return None
    try:
        process = psutil.Process(pid_of(name))
        same = abs(process.create_time() - float(started)) < 1
        return same and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
