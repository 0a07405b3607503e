"""How long a run may take, and what a person is told when it took longer."""

import logging
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import dagster as dg
import pytest
from dagster._daemon.monitoring.run_monitoring import check_run_timeout

from pipeweave_dagster.adapters.state import DocumentStore, RunState
from pipeweave_dagster.adapters.storage.folder import FolderStorage
from pipeweave_dagster.build import build_defs
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.lib.failure_reasons import error_of, timeout_of
from pipeweave_dagster.lib.resources import _record_interruption
from pipeweave_dagster.lib.run_time_limit import MAX_RUNTIME_TAG, extend_limit
from pipeweave_dagster.settings import Settings


def settings(home: Path, limit: int | None = None) -> Settings:
    return Settings(home=home) if limit is None else Settings(home=home, task_time_limit_s=limit)


def test_the_usual_limit_leaves_half_an_hour_beside_a_long_budget(tmp_path: Path) -> None:
    usual = settings(tmp_path)
    assert [usual.run_limit_s(s) for s in (60, 600, 3600)] == [3600, 3600, 3960 + 1800]
    assert settings(tmp_path, 3600).run_limit_s(3600) == 3600


def test_a_limit_that_was_set_refuses_a_budget_that_does_not_fit(tmp_path: Path) -> None:
    context = dg.build_asset_context(partition_key="towns")
    extend_limit(context, settings(tmp_path, 66), 60)
    with pytest.raises(PipeWeaveError, match="PIPEWEAVE_TASK_TIME_LIMIT_S to 66 or more"):
        extend_limit(context, settings(tmp_path, 65), 60)


def test_the_jobs_bear_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIPEWEAVE_TASK_TIME_LIMIT_S", "20")
    job = build_defs().resolve_job_def("process_dataset")
    assert job.tags[MAX_RUNTIME_TAG] == "20"
    monkeypatch.setenv("PIPEWEAVE_TASK_TIME_LIMIT_S", "soon")
    assert MAX_RUNTIME_TAG not in build_defs().resolve_job_def("process_dataset").tags


@pytest.mark.parametrize(("before", "after"), [("3600", "5760"), ("20", "20")])
def test_a_long_budget_gets_its_time_unless_the_run_was_limited_by_hand(
    tmp_path: Path, before: str, after: str
) -> None:
    @dg.asset
    def model(context: dg.AssetExecutionContext) -> None:
        extend_limit(context, settings(tmp_path), 3600)

    with dg.DagsterInstance.ephemeral() as instance:
        done = dg.materialize([model], instance=instance, tags={MAX_RUNTIME_TAG: before})
        run = instance.get_run_by_id(done.run_id)
        assert run is not None
        assert run.tags[MAX_RUNTIME_TAG] == after


@dg.job
def nothing() -> None:
    """A job without steps."""


def test_what_run_monitoring_stops_is_told_with_a_remedy(tmp_path: Path) -> None:
    """Dagster's own words are the only sign, so its own function says them here."""
    store = DocumentStore(FolderStorage(tmp_path / "storage"), tmp_path / "cache")
    with dg.DagsterInstance.ephemeral() as instance:
        tags = {MAX_RUNTIME_TAG: "20", "dagster/partition": "towns"}
        run = instance.create_run_for_job(nothing, tags=tags)
        RunState(store, "towns", run.run_id)
        instance.report_dagster_event(
            dg.DagsterEvent(dg.DagsterEventType.RUN_START.value, "nothing"), run.run_id
        )
        record = instance.get_run_record_by_id(run.run_id)
        assert record is not None
        late = record._replace(start_time=time.time() - 30)
        assert timeout_of(instance, run.run_id) is None
        check_run_timeout(instance, late, logging.getLogger(), 0)
        error = error_of(instance, run.run_id)
        context: Any = SimpleNamespace(instance=instance, run=run)
        bench: Any = SimpleNamespace(store=store, settings=settings(tmp_path), began=0.0)
        _record_interruption(context, bench)
        said = [entry.message for entry in instance.all_logs(run.run_id)]
    assert error is not None
    assert error.text in said
    attempt = store.attempt("towns")
    assert attempt is not None
    assert attempt.error == error.envelope()
    assert "limit of 20 s" in error.text
    assert "PIPEWEAVE_TASK_TIME_LIMIT_S" in error.fix
