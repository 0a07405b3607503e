"""Runs whose process has died do not hold their data set for ever."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import dagster as dg
import psutil
import pytest

from pipeweave_dagster.adapters.state import DocumentStore, RunState
from pipeweave_dagster.adapters.storage.folder import FolderStorage
from pipeweave_dagster.lib import reaper
from pipeweave_dagster.lib.partitions import PROCESS_TAG, UPLOAD_TAG
from pipeweave_dagster.lib.processes import is_alive, pid_of, process_name
from pipeweave_dagster.lib.reaper import reap
from pipeweave_dagster.services.run_leases import RunWatch, renew
from pipeweave_dagster_tests.lib.test_restarts import ORIGIN


@dg.job
def nothing() -> None:
    """A job without steps."""


def started(instance: dg.DagsterInstance, process: str | None, *more: str) -> dg.DagsterRun:
    tags = {PROCESS_TAG: process} if process else {}
    tags |= dict.fromkeys(more, "x")
    tags["dagster/partition"] = "d"
    run = instance.create_run_for_job(nothing, tags=tags, remote_job_origin=ORIGIN)
    instance.report_dagster_event(
        dg.DagsterEvent(dg.DagsterEventType.RUN_START.value, "nothing"), run.run_id
    )
    return run


def status(instance: dg.DagsterInstance, run: dg.DagsterRun) -> dg.DagsterRunStatus:
    found = instance.get_run_by_id(run.run_id)
    assert found is not None
    return found.status


def dead_process() -> str:
    child = subprocess.Popen([sys.executable, "-c", "pass"], stdin=subprocess.PIPE)
    start = psutil.Process(child.pid).create_time()
    child.communicate()
    return f"{os.uname().nodename}:{child.pid}:{start:.2f}"


def test_this_process_is_alive_and_a_finished_one_is_not() -> None:
    assert is_alive(process_name())
    assert pid_of(process_name()) == os.getpid()
    assert is_alive(dead_process()) is False


def test_a_later_process_of_the_same_number_is_another() -> None:
    assert is_alive(f"{os.uname().nodename}:{os.getpid()}:1.00") is False


def test_another_machine_cannot_be_told() -> None:
    assert is_alive("elsewhere:1:1.00") is None


def test_what_dagster_itself_has_noticed_is_told_on_the_pages(tmp_path: Path) -> None:
    """After `kill -9` of a run process of the code server, the page said "running" for ever."""
    store = DocumentStore(FolderStorage(tmp_path / "storage"), tmp_path / "cache")
    with dg.DagsterInstance.ephemeral() as instance:
        run = started(instance, dead_process())
        RunState(store, "d", run.run_id)
        instance.report_run_failed(run)  # as the code server does
        assert reap(instance, store, restarts=1) == []
    attempt = store.attempt("d")
    assert attempt is not None
    assert attempt.error is not None
    assert attempt.error["code"] == "SERVICE_UNAVAILABLE"
    assert "was killed" in attempt.error["message"]


def test_only_the_dead_are_reaped(tmp_path: Path) -> None:
    store = DocumentStore(FolderStorage(tmp_path / "storage"), tmp_path / "cache")
    with dg.DagsterInstance.ephemeral() as instance:
        alive = started(instance, process_name())
        foreign = started(instance, "elsewhere:1:1.00")
        unknown = started(instance, None)
        dead = started(instance, dead_process())
        RunState(store, "d", dead.run_id)
        assert reap(instance, store, restarts=1) == [dead.run_id]
        statuses = {
            run.run_id: instance.get_run_by_id(run.run_id).status  # type: ignore[union-attr]
            for run in (alive, foreign, unknown, dead)
        }
        assert statuses.pop(dead.run_id) == dg.DagsterRunStatus.FAILURE
        assert set(statuses.values()) == {dg.DagsterRunStatus.STARTED}
    attempt = store.attempt("d")
    assert attempt is not None
    assert attempt.state == "failed"


def test_a_run_that_ends_between_two_looks_keeps_its_success(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was listed as STARTED, succeeded, its process ended, and FAILURE replaced SUCCESS."""
    store = DocumentStore(FolderStorage(tmp_path / "storage"), tmp_path / "cache")
    with dg.DagsterInstance.ephemeral() as instance:
        run = started(instance, process_name())

        def ends_now(_: str) -> bool:
            instance.report_dagster_event(
                dg.DagsterEvent(dg.DagsterEventType.RUN_SUCCESS.value, "nothing"), run.run_id
            )
            return False

        monkeypatch.setattr(reaper, "is_alive", ends_now)
        assert reap(instance, store, restarts=1) == []
        assert status(instance, run) == dg.DagsterRunStatus.SUCCESS


def test_the_sensor_believes_a_dead_process_at_its_second_look(tmp_path: Path) -> None:
    """Where each step has its own process, the next one may only be starting."""
    store = DocumentStore(FolderStorage(tmp_path / "storage"), tmp_path / "cache")
    now = [0.0]
    watch = RunWatch(lambda: now[0])
    with dg.DagsterInstance.ephemeral() as instance:
        run = started(instance, dead_process())
        assert reap(instance, store, watch, restarts=1) == []
        now[0] = 15
        instance.add_run_tags(run.run_id, {PROCESS_TAG: dead_process()})  # of the next step
        assert reap(instance, store, watch, restarts=1) == []
        now[0] = 30
        assert reap(instance, store, watch, restarts=1) == [run.run_id]


def test_a_run_that_has_just_started_is_not_taken_for_dead(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has no process yet; at the first look it counted as unchanged since the machine booted.

    In a burst some runs were ended two seconds after their start, and so each made twice.
    """
    store = DocumentStore(FolderStorage(tmp_path / "storage"), tmp_path / "cache")
    now = [100_000.0]
    watch = RunWatch(lambda: now[0])
    with dg.DagsterInstance.ephemeral() as instance:
        run = started(instance, None, UPLOAD_TAG)
        assert reap(instance, store, watch, restarts=1) == []
        now[0] += 299
        assert reap(instance, store, watch, restarts=1) == []
        now[0] += 2
        known = instance.get_run_by_id
        monkeypatch.setattr(
            instance, "get_run_by_id", lambda run_id: tagged(instance, known, run_id)
        )
        assert reap(instance, store, watch, restarts=1) == [], "its process has just begun"
        monkeypatch.undo()
        assert status(instance, run) == dg.DagsterRunStatus.STARTED


def test_a_run_whose_process_never_began_is_ended(tmp_path: Path) -> None:
    store = DocumentStore(FolderStorage(tmp_path / "storage"), tmp_path / "cache")
    now = [100_000.0]
    watch = RunWatch(lambda: now[0])
    with dg.DagsterInstance.ephemeral() as instance:
        run = started(instance, None, UPLOAD_TAG)
        assert reap(instance, store, watch, restarts=1) == []
        now[0] += 301
        assert reap(instance, store, watch, restarts=1) == [run.run_id]


def tagged(
    instance: dg.DagsterInstance,
    known: Callable[[str], dg.DagsterRun | None],
    run_id: str,
) -> dg.DagsterRun | None:
    """The run, whose process has named itself since the run was listed."""
    instance.add_run_tags(run_id, {PROCESS_TAG: process_name()})
    return known(run_id)


def test_a_run_of_a_container_that_no_longer_exists_is_reaped(tmp_path: Path) -> None:
    """Its host name is gone for good, and its data set was blocked for an hour."""
    store = DocumentStore(FolderStorage(tmp_path / "storage"), tmp_path / "cache")
    now = [0.0]
    watch = RunWatch(lambda: now[0])
    with dg.DagsterInstance.ephemeral() as instance:
        gone, alive = (started(instance, f"container{n}:7:t100") for n in (1, 2))
        for run in (gone, alive):
            assert renew(store, run.run_id, run.tags[PROCESS_TAG])
        for now[0] in (0, 60, 120):
            assert reap(instance, store, None, restarts=1) == [], "one look cannot know"
            ended = reap(instance, store, watch, restarts=1)
            assert ended == ([gone.run_id] if now[0] == 120 else [])
            assert renew(store, alive.run_id, alive.tags[PROCESS_TAG])
        assert status(instance, gone) == dg.DagsterRunStatus.FAILURE
        assert status(instance, alive) == dg.DagsterRunStatus.STARTED
        assert not renew(store, gone.run_id, gone.tags[PROCESS_TAG]), "if it lives, it must stop"
