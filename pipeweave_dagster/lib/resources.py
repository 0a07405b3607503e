"""The workbench as a Dagster resource: settings, storage and workers of one run."""

import contextlib
import time
from collections.abc import Iterator
from functools import partial
from typing import Any

import dagster as dg

from pipeweave_dagster.core.errors import ErrorCode, PipeWeaveError
from pipeweave_dagster.lib.attempts import end_attempt
from pipeweave_dagster.lib.failure_reasons import CANCELLED, CLOCK_SET, killed, timeout_of
from pipeweave_dagster.lib.heartbeat import heartbeat
from pipeweave_dagster.lib.partitions import PROCESS_TAG
from pipeweave_dagster.lib.processes import process_name
from pipeweave_dagster.lib.restarts import mark_if_clock_was_set
from pipeweave_dagster.lib.run_time_limit import MAX_RUNTIME_TAG, limit_tag
from pipeweave_dagster.services.workbench import Workbench
from pipeweave_dagster.settings import Settings


class WorkbenchResource(dg.ConfigurableResource[Workbench]):
    """Gives assets a `Workbench`. What is None here is read from the environment.

    Attributes:
        storage: A folder or `s3://bucket/prefix`, as PIPEWEAVE_STORAGE.
        home: Folder for caches and embedded databases, as PIPEWEAVE_HOME.
        mlflow_tracking_uri: As MLFLOW_TRACKING_URI.

    Example:
        `build_defs(resources={"workbench": WorkbenchResource(storage="s3://bucket/prefix")})`
    """

    storage: str | None = None
    home: str | None = None
    mlflow_tracking_uri: str | None = None

    def settings(self) -> Settings:
        """Return the settings of the environment, overridden by those of this resource."""
        given: dict[str, Any] = {
            "storage": self.storage,
            "home": self.home,
            "mlflow_tracking_uri": self.mlflow_tracking_uri,
        }
        return Settings(**{name: value for name, value in given.items() if value is not None})

    def open(self) -> Workbench:
        """Return a workbench for use outside a run (sensors, checks, the I/O manager)."""
        return Workbench(self.settings())

    def _refuse_diversion(self, run: dg.DagsterRun) -> None:
        """Refuse values from the launchpad: who may start a run may not choose where it writes.

        Raises:
            PipeWeaveError: FORBIDDEN that names the fields.
        """
        launched: Any = run.run_config.get("resources") or {}
        configs = [resource.get("config") or {} for resource in launched.values()]
        fields = [
            name
            for name in type(self).model_fields
            if any(name in given and given[name] == getattr(self, name) for given in configs)
        ]
        if fields:
            raise PipeWeaveError(
                ErrorCode.FORBIDDEN,
                f"{' and '.join(fields)} cannot be set when a run is launched: the environment and "
                "the project's code decide it.",
                fix="Remove it from the launch configuration.",
            )

    @contextlib.contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator[Workbench]:
        """Yield a workbench whose workers end with the run."""
        run, process = context.run, process_name()
        if run is not None:
            self._refuse_diversion(run)
        if run is not None and context.instance is not None:
            # A run that was materialized by hand lacks the tags of the job.
            limit = {} if MAX_RUNTIME_TAG in run.tags else limit_tag(self.settings())
            context.instance.add_run_tags(run.run_id, {PROCESS_TAG: process, **limit})
        with contextlib.ExitStack() as stack:
            workbench = stack.enter_context(Workbench(self.settings(), for_run=True))
            if run is not None:
                ended = partial(_has_ended, context.instance, run.run_id)
                stack.enter_context(heartbeat(workbench.store, run.run_id, process, unwanted=ended))
            try:
                yield workbench
            finally:
                if run is not None:
                    workbench.store.clear_scratch(run.run_id)
                    _record_interruption(context, workbench)


def _has_ended(instance: dg.DagsterInstance | None, run_id: str) -> bool:
    """Return whether Dagster counts a run as ended, or as about to be canceled."""
    run = instance.get_run_by_id(run_id) if instance else None
    return run is not None and (run.is_finished or run.status == dg.DagsterRunStatus.CANCELING)


def _record_interruption(context: dg.InitResourceContext, workbench: Workbench) -> None:
    """Record that the run timed out or was cancelled: no exception passes through a stage then."""
    instance, store = context.instance, workbench.store
    run = instance.get_run_by_id(context.run.run_id) if instance and context.run else None
    dataset = run.tags.get("dagster/partition") if run else None
    if instance is None or run is None or dataset is None:
        return
    timeout = timeout_of(instance, run.run_id)
    if timeout is not None:
        elapsed_s = time.monotonic() - workbench.began
        restarts = workbench.settings.crash_restarts
        if mark_if_clock_was_set(instance, run, restarts, elapsed_s=elapsed_s):
            timeout = killed(again=True, what=CLOCK_SET)
        instance.report_engine_event(timeout.text, run)
        end_attempt(store, dataset, run.run_id, timeout)
    elif run.status in {dg.DagsterRunStatus.CANCELING, dg.DagsterRunStatus.CANCELED}:
        end_attempt(store, dataset, run.run_id, CANCELLED)
