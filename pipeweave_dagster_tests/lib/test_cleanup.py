"""The clean-up leaves alone what runs are at work on, and everything that a setting keeps."""

import datetime as dt
import os
import time
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from pipeweave_dagster.build import build_defs
from pipeweave_dagster.lib.cleanup import clean_up
from pipeweave_dagster.services.workbench import Workbench
from pipeweave_dagster.settings import Settings

_OLD = time.time() - 40 * 86_400


@dg.job
def line() -> None:
    """A job without steps."""


def run_of(instance: dg.DagsterInstance, dataset: str, end: str | None) -> str:
    run = instance.create_run_for_job(line, tags={"dagster/partition": dataset})
    for kind in ("RUN_START", end):
        if kind is not None:
            event = dg.DagsterEvent(getattr(dg.DagsterEventType, kind).value, "line")
            instance.report_dagster_event(event, run.run_id)
    return run.run_id


def old_file(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x")
    os.utime(path, (_OLD, _OLD))
    return path


def test_caches_and_predictions(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(keep_predictions_days=30)
    with dg.DagsterInstance.ephemeral() as instance, Workbench(settings) as bench:
        alive, dead = run_of(instance, "a", None), run_of(instance, "a", "RUN_FAILURE")
        cache = settings.cache_folder
        scratch = {
            run: old_file(cache / "scratch" / run / "model-1" / "f") for run in (alive, dead)
        }
        for run in scratch:
            os.utime(cache / "scratch" / run, (_OLD, _OLD))
        unused, used = (old_file(cache / "objects" / name) for name in ("unused", "used"))
        os.utime(used, (time.time(), _OLD))
        stored = [f"predictions/a/{name}/1.csv" for name in ("old", "new")]
        for key in stored:
            bench.store.storage.put(key, b"x")
        old_file(settings.storage_folder / stored[0])
        before = clean_up(instance, bench, dry=True)
        counts = clean_up(instance, bench)
        assert before == counts
        assert (counts["cache_files"], counts["predictions"]) == (2, 1)
        assert scratch[alive].exists()
        assert not scratch[dead].parent.parent.exists()
        assert (used.exists(), unused.exists()) == (True, False)
        assert [o.key for o in bench.store.storage.list("predictions/")] == stored[1:]


def test_old_runs_go_but_the_last_success_of_each_data_set(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        first, success, failure = (
            run_of(instance, "a", f"RUN_{end}") for end in ("SUCCESS", "SUCCESS", "FAILURE")
        )
        alive, other = run_of(instance, "a", None), run_of(instance, "b", "RUN_SUCCESS")
        for days, left in ((None, {first, success, failure}), (1, {first, success, failure})):
            with Workbench(Settings(keep_logs_days=days)) as bench:
                assert clean_up(instance, bench)["runs"] == 0
            assert {run.run_id for run in instance.get_runs()} == left | {alive, other}
        later = dt.datetime.now(dt.UTC) + dt.timedelta(days=2)

        class Later(dt.datetime):
            @classmethod
            def now(cls, tz: Any = None) -> Any:
                return later

        monkeypatch.setattr("pipeweave_dagster.lib.cleanup.dt.datetime", Later)
        with Workbench(Settings(keep_logs_days=1)) as bench:
            assert clean_up(instance, bench)["runs"] == 2
        assert {run.run_id for run in instance.get_runs()} == {success, alive, other}


def test_the_job_runs_every_night(home: Path) -> None:
    definitions = build_defs(key_prefix="ml")
    (schedule,) = [s for s in definitions.schedules or () if "clean_up" in s.name]
    assert schedule.default_status == dg.DefaultScheduleStatus.RUNNING  # type: ignore[union-attr]
    with dg.DagsterInstance.ephemeral() as instance:
        done = definitions.resolve_job_def("ml_clean_up").execute_in_process(instance=instance)
    assert done.success
