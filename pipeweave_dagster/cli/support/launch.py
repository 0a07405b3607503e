"""Execute a run in the process of a command, recorded like every other run."""

import sys
import uuid
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pipeweave_dagster.cli.support.progress import Progress
from pipeweave_dagster.cli.support.run_watch import Watcher
from pipeweave_dagster.cli.support.show_option import Show
from pipeweave_dagster.services import audit
from pipeweave_dagster.services.workbench import Workbench

if TYPE_CHECKING:
    import dagster as dg


# The progress display shows the events; Dagster's console lines would repeat them.
_SILENT_CONSOLE = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


def execute(  # noqa: PLR0913 - the last ones are given by keyword
    instance: "dg.DagsterInstance",
    bench: Workbench,
    job_name: str,
    dataset: str,
    *,
    tags: Mapping[str, str],
    config: Mapping[str, Any] | None = None,
    assets: Sequence[str] | None = None,
    show: Show = "movement",
) -> str:
    """Run a job (or some of its assets) for one data set in this process; return the run id.

    The run is recorded like every other, so the web UI shows it and can cancel it. A failed run
    does not raise; see `error_of`.
    """
    import dagster as dg

    from pipeweave_dagster.definitions import defs
    from pipeweave_dagster.lib.attempts import end_attempt
    from pipeweave_dagster.lib.failure_reasons import CANCELLED
    from pipeweave_dagster.lib.mlflow_runs import end_open_runs
    from pipeweave_dagster.lib.partitions import DATASETS
    from pipeweave_dagster.lib.reaper import reap
    from pipeweave_dagster.services.live_trials import training_facts

    reap(instance, bench.store, restarts=bench.settings.crash_restarts)
    end_open_runs(instance, bench)
    instance.add_dynamic_partitions(str(DATASETS.name), [dataset])
    run_id = str(uuid.uuid4())
    audit.record(bench.store, "run", dataset, version=run_id, after={"job": job_name})
    progress = Progress(show, lambda: training_facts(bench.store, bench.settings, dataset, run_id))
    try:
        with Watcher(instance, run_id, progress, interrupt=True):
            defs.resolve_job_def(job_name).execute_in_process(
                run_id=run_id,
                instance=instance,
                partition_key=dataset,
                tags=dict(tags),
                asset_selection=[dg.AssetKey(name) for name in assets] if assets else None,
                run_config={**(config or {}), **_SILENT_CONSOLE},
                raise_on_error=False,
            )
    finally:
        progress.close()
    if _was_interrupted(instance, run_id):
        if run := instance.get_run_by_id(run_id):
            instance.report_run_canceled(run, "Interrupted at the terminal.")
        end_attempt(bench.store, dataset, run_id, CANCELLED)
        sys.stderr.write("Canceled; the published version is unchanged.\n")
        raise KeyboardInterrupt
    return run_id


def execute_pull(
    instance: "dg.DagsterInstance", source: str, *, whole: bool, show: Show = "movement"
) -> str:
    """Pull a source in this process and return the run id; recorded like every other run."""
    from pipeweave_dagster.definitions import defs
    from pipeweave_dagster.lib.source_names import source_key

    key, run_id, progress = source_key(source, []), str(uuid.uuid4()), Progress(show)
    ops = {"ops": {key.path[-1]: {"config": {"whole": whole}}}}
    try:
        with Watcher(instance, run_id, progress, interrupt=True):
            defs.resolve_job_def("pull_sources").execute_in_process(
                run_id=run_id,
                instance=instance,
                asset_selection=[key],
                run_config={**ops, **_SILENT_CONSOLE},
                raise_on_error=False,
            )
    finally:
        progress.close()
    if _was_interrupted(instance, run_id):
        if run := instance.get_run_by_id(run_id):
            instance.report_run_canceled(run, "Interrupted at the terminal.")
        sys.stderr.write("Canceled; the last pull is unchanged.\n")
        raise KeyboardInterrupt
    return run_id


def _was_interrupted(instance: "dg.DagsterInstance", run_id: str) -> bool:
    """Return whether Ctrl-C ended the run; Dagster reports that as a failure, not as canceled."""
    import dagster as dg
    from dagster._core.events import RunFailureReason

    failures = instance.all_logs(run_id, of_type=dg.DagsterEventType.RUN_FAILURE)
    events = [entry.get_dagster_event() for entry in failures]
    reasons = [event.job_failure_data.failure_reason for event in events]
    return RunFailureReason.UNEXPECTED_TERMINATION in reasons
